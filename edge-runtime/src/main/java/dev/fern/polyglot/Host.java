package dev.fern.polyglot;

import dev.fern.Console;
import dev.fern.Headers;
import dev.fern.HeapRequests;
import dev.fern.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;
import org.graalvm.polyglot.proxy.ProxyObject;
import org.jspecify.annotations.Nullable;

/// What our own scripts ask of Java. Functions never see it: it stays in the closures of `boot.js`.
final class Host {
    private static final Object NOTHING = 0;

    private final JavaScriptProgram program;
    private final Context context;

    private final Console console;
    private final Map<String, Object> functions = new HashMap<>();
    private Payload body = Payload.EMPTY;
    private Reply reply = new Reply(0);
    private boolean handled;
    private @Nullable String exited;
    private final HeapRequests requests = new HeapRequests();

    /// @param end ends what runs in the context soon, whatever it catches
    Host(JavaScriptProgram program, Context context, Console console, Runnable end) {
        this.program = program;
        this.context = context;
        this.console = console;
        files();
        bytes();
        answers();
        define("log", args -> output(args[0].asString() + "\n"));
        define("print", args -> output(args[0].asString()));
        define("nanos", _ -> (double) System.nanoTime());
        define("room", args -> requests.holds(args[0].asLong()));
        define("exit", args -> {
            exited = args[0].asString();
            end.run();
            return NOTHING;
        });
    }

    private void define(String name, ProxyExecutable function) {
        functions.put(name, function);
    }

    private Object output(String text) {
        console.write(text);
        return NOTHING;
    }

    private void files() {
        functions.put("env", ProxyObject.fromMap(new HashMap<>(program.bounds.env())));
        functions.put("memory", program.fn.memoryMb());
        functions.put("script", program.script.path());
        functions.put("arch", System.getProperty("os.arch", ""));
        functions.put("engine", Engines.VERSION);
        define("own", args -> Engines.own(args[0].asString()) == null ? NOTHING : own(args[0].asString()));
        define("find", args -> orEmpty(program.files.find(args[0].asString())));
        define("read", args -> {
            try {
                return program.files.read(args[0].asString());
            } catch (IOException e) {
                return NOTHING;
            }
        });
        define("compile", args -> {
            try {
                return context.eval(program.source(args[0].asString()));
            } catch (IOException e) {
                return String.valueOf(e.getMessage());
            }
        });
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /// The function that one of our own scripts is.
    Value own(String name) {
        var source = Engines.own(name);
        if (source == null) {
            throw new IllegalStateException("no script " + name);
        }
        return context.eval(source);
    }

    private void bytes() {
        define("encode", args -> Encodings.text(read(args[1], args[2], args[3]), args[0].asString()));
        define("decode", args -> ByteBuffer.wrap(Encodings.bytes(args[1].asString(), args[0].asString())));
    }

    private static byte[] read(Value buffer, Value offset, Value length) {
        var bytes = new byte[length.asInt()];
        buffer.readBuffer(offset.asLong(), bytes, 0, bytes.length);
        return bytes;
    }

    private void answers() {
        define("handled", _ -> {
            handled = true;
            return NOTHING;
        });
        define("text", _ -> body.text());
        // a copy: a function may write into it
        define("bytes", _ -> ByteBuffer.wrap(body.bytes().clone()));
        define("head", args -> {
            reply.head(args[0].asString());
            return NOTHING;
        });
        define("write", args -> {
            reply.write(
                    args.length == 1
                            ? args[0].asString().getBytes(StandardCharsets.UTF_8)
                            : read(args[0], args[1], args[2]));
            return NOTHING;
        });
        define("end", _ -> {
            reply.end();
            return NOTHING;
        });
        define("fail", args -> {
            reply.fail(args[0].asString());
            return NOTHING;
        });
    }

    /// A call begins.
    Reply begin(Payload input) {
        body = input;
        requests.begin();
        reply = new Reply(program.bounds.answerBytes());
        return reply;
    }

    HeapRequests requests() {
        return requests;
    }

    /// Names and values in turn, with a NUL between.
    static String fields(Headers headers) {
        var text = new StringBuilder();
        headers.forEach((name, value) -> text.append(text.isEmpty() ? "" : "\0")
                .append(name)
                .append('\0')
                .append(value));
        return text.toString();
    }

    /// Those of [#functions], with blanks between.
    String names() {
        return String.join(" ", functions.keySet());
    }

    ProxyObject functions() {
        return ProxyObject.fromMap(functions);
    }

    /// Whether the script has called `fdk.handle`.
    boolean handled() {
        return handled;
    }

    /// The call of `process.exit` that the function made, or null.
    @Nullable String exited() {
        return exited;
    }
}
