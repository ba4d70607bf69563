package dev.fern.catalog;

import java.util.Locale;

/// The three kinds of objects, named as in the API's paths and the store's tables.
enum Kind {
    APPS("App"),
    FNS("Fn"),
    TRIGGERS("Trigger");

    private final String word;

    Kind(String word) {
        this.word = word;
    }

    /// `apps`, `fns` or `triggers`.
    String plural() {
        return name().toLowerCase(Locale.ROOT);
    }

    RefusedException notFound() {
        return new RefusedException(404, word + " not found");
    }

    Entry read(Fields fields) throws RefusedException {
        return switch (this) {
            case APPS -> App.read(fields);
            case FNS -> Function.read(fields);
            case TRIGGERS -> HttpTrigger.read(fields);
        };
    }
}
