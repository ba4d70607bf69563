package com.fnproject.fn.runtime;

import com.fnproject.fn.api.OutputEvent;
import com.fnproject.fn.api.exception.FunctionInputHandlingException;
import com.fnproject.fn.runtime.exception.InternalFunctionInvocationException;
import dev.fern.fdk.Bridge;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// One instance of a function. Its calls go the way of the FDK's `EntryPoint` and `HTTPStreamCodec`, without the HTTP.
final class FernFunction implements Bridge.Instance {
    private static final String JVM = plain("java.vm.name");
    private static final String JVM_VERSION = plain("java.version");
    private static final List<String> FDK =
            List.of("fdk-java/" + Version.FDK_VERSION + " (jvm=" + JVM + ", jvmv=" + JVM_VERSION + ")");
    private static final List<String> RUNTIME = List.of("java/" + JVM + " " + JVM_VERSION);

    /// What the codec takes out of answers.
    private static final Set<String> NOT_OUT = Set.of("Content-Length", "Transfer-Encoding", "Connection");

    private final FunctionRuntimeContext context;

    FernFunction(FunctionRuntimeContext context) {
        this.context = context;
    }

    private static String plain(String property) {
        return System.getProperty(property, "").replaceAll("[^\\w ()._-]+", "");
    }

    @Override
    public Bridge.Reply call(
            Supplier<Map<String, List<String>>> headers, byte[] body, String callId, Instant deadline, int most) {
        var event = new FernEvent(headers, body, callId, deadline);
        var invocation = context.newInvocationContext(event);
        try {
            var output = context.tryInvoke(event, invocation);
            if (output == null) {
                throw new FunctionInputHandlingException("No invoker found for input event");
            }
            if (output.isSuccess()) {
                invocation.fireOnSuccessfulInvocation();
            } else {
                invocation.fireOnFailedInvocation();
            }
            return reply(output, invocation.getAdditionalResponseHeaders(), most);
        } catch (InternalFunctionInvocationException e) {
            invocation.fireOnFailedInvocation();
            return failed(e.getCause() == null ? e : e.getCause());
        } catch (Throwable e) {
            invocation.fireOnFailedInvocation();
            return failed(e);
        }
    }

    private static Bridge.Reply reply(OutputEvent output, Map<String, List<String>> more, int most) throws IOException {
        var own = output.getHeaders(); // to set none costs as much as to set them
        var headers = new HashMap<>((more.isEmpty() ? own : own.setHeaders(more)).asMap());
        headers.keySet().removeAll(NOT_OUT);
        headers.putIfAbsent("Content-Type", List.of("application/octet-stream"));
        headers.put("Fn-Fdk-Version", FDK);
        headers.put("Fn-Fdk-Runtime", RUNTIME);
        var body = new Bounded(most);
        output.writeToOutput(body);
        return new Bridge.Reply(output.getStatus().getCode(), headers, body.toByteArray(), null);
    }

    private static Bridge.Reply failed(Throwable failure) {
        return new Bridge.Reply(OutputEvent.Status.FunctionError.getCode(), Map.of(), new byte[0], failure);
    }

    /// Refuses what is more than that.
    private static final class Bounded extends OutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final int most;

        Bounded(int most) {
            this.most = most;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            if (length > most - bytes.size()) {
                throw new IOException("the answer is larger than " + most + " bytes");
            }
            bytes.write(from, offset, length);
        }

        byte[] toByteArray() {
            return bytes.toByteArray();
        }
    }
}
