package dev.fern.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/// Columns for people, as wide as their widest cell.
final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... heads) {
        row(heads);
    }

    /// As many cells as there are heads. What would move the terminal's cursor is shown as a blank.
    Table row(String... cells) {
        rows.add(List.of(cells).stream().map(Table::plain).toList());
        return this;
    }

    /// The text without control characters, which may come from anybody's payload.
    static String plain(String text) {
        return text.replaceAll("\\p{Cc}+", " ");
    }

    void print(PrintStream out) {
        var widths = new int[rows.getFirst().size()];
        for (var row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (var row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 2);
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
