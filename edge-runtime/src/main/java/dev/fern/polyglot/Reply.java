package dev.fern.polyglot;

import dev.fern.Answer;
import dev.fern.Headers;
import dev.fern.Payload;
import dev.fern.Result;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/// What a call answers, as it comes. The thread of the call.
final class Reply {
    private final int mostBytes;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private Headers headers = Headers.NONE;
    private @Nullable String failure;
    private boolean done;

    Reply(int mostBytes) {
        this.mostBytes = mostBytes;
    }

    /// Names and values in turn, with a NUL between.
    void head(String fields) {
        var builder = Headers.builder();
        var parts = fields.split("\0", -1);
        for (int i = 0; i + 1 < parts.length; i += 2) {
            builder.add(parts[i], parts[i + 1]);
        }
        headers = builder.build();
    }

    void write(byte[] bytes) {
        if (body.size() + (long) bytes.length > mostBytes) {
            fail("the answer is larger than " + (mostBytes >> 10) + " KB");
        } else if (!done) {
            body.writeBytes(bytes);
        }
    }

    void fail(String why) {
        if (!done) {
            failure = why;
            done = true;
        }
    }

    void end() {
        done = true;
    }

    boolean done() {
        return done;
    }

    Result result() {
        return failure == null
                ? new Result.Success(new Answer(headers, Payload.of(body.toByteArray())))
                : new Result.FunctionError(failure);
    }
}
