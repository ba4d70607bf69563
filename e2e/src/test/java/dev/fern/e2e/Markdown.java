package dev.fern.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A page, for tests that hold it to the code.
record Markdown(Path file, List<String> lines) {
    /// A fenced block.
    ///
    /// @param before the paragraph that leads to it, or nothing
    record Block(String language, String before, String text) {}

    static Markdown read(Path file) throws IOException {
        return new Markdown(file, Files.readAllLines(file));
    }

    /// The rows of the first table below that heading, without its head.
    List<List<String>> table(String heading) {
        int title = lines.indexOf(lines.stream()
                .filter(line -> line.replaceFirst("^#+ ", "").equals(heading) && line.startsWith("#"))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(file + " has no heading '" + heading + "'")));
        return lines.subList(title + 1, lines.size()).stream()
                .takeWhile(line -> !line.startsWith("#"))
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"))
                .skip(2)
                .map(Markdown::cells)
                .toList();
    }

    private static List<String> cells(String row) {
        return Stream.of(row.substring(1).split("(?<!\\\\)\\|"))
                .map(String::strip)
                .toList();
    }

    /// The fenced blocks below that heading.
    List<Block> blocks(String heading) {
        var blocks = new ArrayList<Block>();
        var before = "";
        for (int i = lines.indexOf("## " + heading) + 1;
                i < lines.size() && !lines.get(i).startsWith("## ");
                i++) {
            var line = lines.get(i);
            if (line.startsWith("```")) {
                var text = new StringBuilder();
                for (i++; !lines.get(i).equals("```"); i++) {
                    text.append(lines.get(i)).append('\n');
                }
                blocks.add(new Block(line.substring(3), before, text.toString()));
                before = "";
            } else if (!line.isEmpty()) {
                before = lines.get(i - 1).isEmpty() ? line : before + " " + line;
            }
        }
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException(file + " has no blocks below '" + heading + "'");
        }
        return blocks;
    }
}
