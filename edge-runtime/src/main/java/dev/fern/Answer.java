package dev.fern;

/// What a function returned.
///
/// @param headers all it set, `Content-Type` and `Fn-Http-Status` among them
/// @param body its bytes
public record Answer(Headers headers, Payload body) {
    /// `Fn-Http-Status`, or 200.
    public int status() {
        try {
            return Integer.parseInt(headers.first("Fn-Http-Status", "200").trim());
        } catch (NumberFormatException e) {
            return 200;
        }
    }

    public String contentType() {
        return headers.first("Content-Type", "application/octet-stream");
    }
}
