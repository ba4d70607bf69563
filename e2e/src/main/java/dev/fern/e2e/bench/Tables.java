package dev.fern.e2e.bench;

import java.util.ArrayList;
import java.util.List;

/// Tables in Markdown, for docs/benchmarks.md.
final class Tables {
    private final List<String> lines = new ArrayList<>();

    /// Begins one.
    void table(String title, Object... heads) {
        lines.addAll(List.of("", "### " + title, ""));
        row(heads);
        lines.add("|" + " --- |".repeat(heads.length));
    }

    void row(Object... cells) {
        var texts = List.of(cells).stream().map(String::valueOf).toList();
        lines.add("| " + String.join(" | ", texts) + " |");
    }

    /// A paragraph of its own.
    void say(String text) {
        lines.add("");
        lines.add(text);
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
