package dev.fern.webhook;

import dev.fern.Event;
import dev.fern.FnName;
import dev.fern.SinkException;
import dev.fern.sync.CloudFunctions;
import org.jspecify.annotations.Nullable;

/// Calls one function of the Fn server, and says what its answer means. The call is a synchronous one: a server that
/// answers a detached call has written it nowhere. Any thread; waits.
final class CloudCalls implements AutoCloseable {
    private static final String METHOD = "POST";

    private final CloudFunctions functions;
    private final Poster poster;

    CloudCalls(CloudFunctions functions, Poster poster) {
        this.functions = functions;
        this.poster = poster;
    }

    /// Returns if the function has run there.
    ///
    /// @throws SinkException if not, with whether trying again is of use
    void call(FnName name, Event event) throws SinkException, InterruptedException {
        var reply = ask(name, event);
        if (reply.status() == 404) { // defined anew: it has another id
            functions.forget(name);
            reply = ask(name, event);
        }
        if (!reply.taken()) {
            if (reply.status() == 404) {
                functions.forget(name);
            }
            throw refused(reply);
        }
    }

    private Poster.Reply ask(FnName name, Event event) throws SinkException, InterruptedException {
        var place = functions.find(name);
        try {
            return poster.exchange(event, new Destination(place.url(), METHOD, null), credential(place.token()));
        } catch (SinkException e) {
            // silence says nothing about the message: the server ends what takes too long
            throw e.lasting() ? e : SinkException.away(String.valueOf(e.getMessage()), e.retryAfter());
        }
    }

    private static Destination.@Nullable Credential credential(@Nullable String token) {
        return token == null ? null : new Destination.Credential("Authorization", "Bearer " + token);
    }

    private static SinkException refused(Poster.Reply reply) {
        int status = reply.status();
        var why = reply.text();
        // with the id of a call it is the function that failed, without it the server, or what stands before it
        if ((status == 502 || status == 504)
                && reply.headers().firstValue("Fn-Call-Id").isPresent()) {
            return SinkException.later(why + ": the function failed there", reply.retryAfter());
        }
        return switch (status) {
            case 401, 403 -> SinkException.away(why + "; put a valid token into cloud.token-file");
            case 404, 408, 425, 429 -> SinkException.away(why, reply.retryAfter());
            default -> status < 500 ? SinkException.never(why) : SinkException.away(why, reply.retryAfter());
        };
    }

    @Override
    public void close() {
        poster.close();
        functions.close();
    }
}
