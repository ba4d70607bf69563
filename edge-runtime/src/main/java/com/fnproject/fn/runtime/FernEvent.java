package com.fnproject.fn.runtime;

import com.fnproject.fn.api.Headers;
import com.fnproject.fn.api.InputEvent;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a function is called with. As the FDK's `ReadOnceInputEvent`, but without its buffer of 8 KB, and with headers
/// that are made when the function asks for them: the FDK takes longer to spell a dozen of them than to do all the rest
/// of a small call.
final class FernEvent implements InputEvent {
    /// What the FDK's codec takes out of requests.
    private static final List<String> NOT_IN =
            List.of("Host", "Accept-Encoding", "Transfer-Encoding", "User-Agent", "Connection");

    private final Supplier<Map<String, List<String>>> fields;
    private final byte[] body;
    private final String callId;
    private final Instant deadline;
    private final AtomicBoolean consumed = new AtomicBoolean();
    private @Nullable Headers headers;

    FernEvent(Supplier<Map<String, List<String>>> fields, byte[] body, String callId, Instant deadline) {
        this.fields = fields;
        this.body = body;
        this.callId = callId;
        this.deadline = deadline;
    }

    @Override
    public <T> T consumeBody(Function<InputStream, T> consumer) {
        if (!consumed.compareAndSet(false, true)) {
            throw new IllegalStateException("Body has already been consumed");
        }
        return consumer.apply(new ByteArrayInputStream(body));
    }

    @Override
    public String getCallID() {
        return callId;
    }

    @Override
    public Instant getDeadline() {
        return deadline;
    }

    @Override
    public synchronized Headers getHeaders() {
        if (headers == null) {
            var all = Headers.emptyHeaders().setHeaders(fields.get());
            for (var name : NOT_IN) {
                all = all.removeHeader(name);
            }
            headers = all;
        }
        return headers;
    }

    @Override
    public void close() {}
}
