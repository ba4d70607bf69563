package dev.fern.http;

import org.jspecify.annotations.Nullable;

/// A request that is not carried out: its answer is `{"message":"..."}`.
final class RefusedException extends Exception {
    private final int status;
    private final @Nullable String header;
    private final String value;

    private RefusedException(int status, String message, @Nullable String header, String value) {
        super(message, null, false, false);
        this.status = status;
        this.header = header;
        this.value = value;
    }

    RefusedException(int status, String message) {
        this(status, message, null, "");
    }

    /// With one header more, such as `Retry-After`.
    RefusedException with(String name, String text) {
        return new RefusedException(status, message(), name, text);
    }

    static RefusedException notFound(Exchange exchange) {
        return new RefusedException(404, "Path not found: " + exchange.method() + " " + exchange.path());
    }

    static RefusedException notAllowed(Exchange exchange) {
        return new RefusedException(405, "Method not allowed: " + exchange.method() + " " + exchange.path());
    }

    int status() {
        return status;
    }

    String message() {
        return String.valueOf(getMessage());
    }

    void addHeader(Exchange exchange) {
        if (header != null) {
            exchange.header(header, value);
        }
    }
}
