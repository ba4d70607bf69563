package dev.fern.catalog;

/// A request that the API refuses, with the status and the words of an Fn server.
final class RefusedException extends Exception {
    private final int status;

    RefusedException(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    static RefusedException badRequest(String message) {
        return new RefusedException(400, message);
    }

    static RefusedException invalidJson() {
        return badRequest("Invalid JSON");
    }

    Reply reply() {
        return Reply.error(status, String.valueOf(getMessage()));
    }
}
