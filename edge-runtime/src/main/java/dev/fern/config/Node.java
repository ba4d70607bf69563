package dev.fern.config;

import java.util.List;
import java.util.Map;

/// YAML as a tree. A scalar is the text as it was written: `off` is `off`, whatever a schema would make of it.
sealed interface Node {
    /// Of the key for a value in a mapping, else of the value.
    int line();

    /// For messages: `a text`, `a list`, `a mapping`.
    String kind();

    record Scalar(String text, boolean plain, int line) implements Node {
        /// Nothing was written, or null by YAML 1.2.2, section 10.2.1.1.
        boolean isNull() {
            return plain && (text.isEmpty() || text.equals("~") || text.equals("null"));
        }

        @Override
        public String kind() {
            return "a single value";
        }
    }

    record Listing(List<Node> items, int line) implements Node {
        @Override
        public String kind() {
            return "a list";
        }
    }

    record Mapping(Map<String, Node> entries, int line) implements Node {
        static final Mapping EMPTY = new Mapping(Map.of(), 0);

        @Override
        public String kind() {
            return "a mapping";
        }
    }
}
