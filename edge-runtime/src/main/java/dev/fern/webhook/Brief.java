package dev.fern.webhook;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/// Lets an answer count as soon as its head is there, and reads a little of its body, which nobody wants, so that the
/// connection can be used again. A longer body ends the connection.
final class Brief implements HttpResponse.BodySubscriber<Brief> {
    private static final int ANSWER_BYTES = 64 << 10;

    private Flow.Subscription subscription = new Flow.Subscription() {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    };
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private int bytes;

    @Override
    public CompletionStage<Brief> getBody() {
        return CompletableFuture.completedStage(this);
    }

    /// Completes when nothing more will come.
    CompletableFuture<Void> end() {
        return end;
    }

    /// No more of it.
    synchronized void cancel() {
        subscription.cancel();
        end.complete(null);
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> pieces) {
        for (var piece : pieces) {
            bytes += piece.remaining();
        }
        if (bytes > ANSWER_BYTES) {
            cancel();
        }
    }

    @Override
    public void onError(Throwable failure) {
        end.complete(null);
    }

    @Override
    public void onComplete() {
        end.complete(null);
    }
}
