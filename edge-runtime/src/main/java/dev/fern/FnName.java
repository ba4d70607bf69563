package dev.fern;

import java.util.Comparator;

/// What a function is called, and what it is: its ids come and go with the Fn server.
///
/// @param app the name of its app
/// @param name its own name, unique in the app
public record FnName(String app, String name) implements Comparable<FnName> {
    private static final Comparator<FnName> ORDER =
            Comparator.comparing(FnName::app).thenComparing(FnName::name);

    /// Reads `APP/NAME`.
    ///
    /// @throws IllegalArgumentException if there is no `/` between two names
    public static FnName parse(String text) {
        int slash = text.indexOf('/');
        if (slash <= 0 || slash == text.length() - 1) {
            throw new IllegalArgumentException("'" + text + "' is not APP/NAME");
        }
        return new FnName(text.substring(0, slash), text.substring(slash + 1));
    }

    @Override
    public int compareTo(FnName other) {
        return ORDER.compare(this, other);
    }

    /// `APP/NAME`.
    @Override
    public String toString() {
        return app + "/" + name;
    }
}
