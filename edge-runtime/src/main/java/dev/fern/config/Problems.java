package dev.fern.config;

import dev.fern.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Collects what is wrong with one file. At most [#MOST]: nobody reads more, and the first ones explain the rest.
final class Problems {
    static final int MOST = 100;

    private final String file;
    private final List<ConfigProblem> list = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    void add(int line, String key, String why, String whatToDo) {
        add(file, line, key, new Problem(why, whatToDo));
    }

    void add(String source, int line, String key, Problem problem) {
        if (list.size() < MOST) {
            list.add(new ConfigProblem(source, line, key, problem));
        }
    }

    boolean isEmpty() {
        return list.isEmpty();
    }

    /// In the order of the file; what has no line comes last.
    List<ConfigProblem> sorted() {
        return list.stream()
                .sorted(Comparator.comparingInt(p -> p.line() == 0 ? Integer.MAX_VALUE : p.line()))
                .toList();
    }

    String file() {
        return file;
    }

    /// The path of a key in a section; either may be empty.
    static String path(String section, String key) {
        return section.isEmpty() || key.isEmpty() ? section + key : section + "." + key;
    }
}
