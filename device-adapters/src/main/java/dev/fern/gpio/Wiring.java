package dev.fern.gpio;

import dev.fern.FnName;
import dev.fern.InvalidDefinitionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Which lines are used, and how: what all functions together say of each. One that nobody contradicts holds for all.
final class Wiring {
    private record Said(FnName by, LineOptions options) {}

    private final Map<Integer, List<Said>> lines = new TreeMap<>();

    /// Adds what a function says of a line.
    ///
    /// @throws InvalidDefinitionException if an earlier one says otherwise; then nothing is added
    void add(FnName fn, int line, LineOptions options) throws InvalidDefinitionException {
        verify(line, options);
        lines.computeIfAbsent(line, _ -> new ArrayList<>()).add(new Said(fn, options));
    }

    /// Says whether that could be added.
    void verify(int line, LineOptions options) throws InvalidDefinitionException {
        for (var earlier : lines.getOrDefault(line, List.of())) {
            if (earlier.options.input() != options.input()) {
                throw new InvalidDefinitionException(
                        "gpio " + line + " is " + (earlier.options.input() ? "an input" : "an output") + " of "
                                + earlier.by + " already",
                        "a line is one or the other; use another pin");
            }
            agree(line, earlier, options, "active", at -> at.activeLow() ? "low" : "high");
            agree(line, earlier, options, "pull", LineOptions::pull);
            agree(line, earlier, options, "initial", LineOptions::initial);
            agree(line, earlier, options, "stop", LineOptions::stop);
            agree(line, earlier, options, "max-on", LineOptions::maxOn);
        }
    }

    private static void agree(
            int line, Said earlier, LineOptions options, String name, Function<LineOptions, @Nullable Object> what)
            throws InvalidDefinitionException {
        var theirs = what.apply(earlier.options);
        var mine = what.apply(options);
        if (theirs != null && mine != null && !theirs.equals(mine)) {
            throw new InvalidDefinitionException(
                    name + " of gpio " + line + " contradicts " + earlier.by,
                    "give both the same " + name + ", or the line a name with its options in pins: of fern.yaml");
        }
    }

    /// The lines used, with what is said of each.
    Map<Integer, LineOptions> lines() {
        var all = new TreeMap<Integer, LineOptions>();
        lines.forEach((line, said) -> all.put(
                line,
                new LineOptions(
                        said.getFirst().options.input(),
                        said.getFirst().options.activeLow(),
                        first(said, LineOptions::pull),
                        first(said, LineOptions::initial),
                        first(said, LineOptions::stop),
                        first(said, LineOptions::maxOn))));
        return all;
    }

    private static <T> @Nullable T first(List<Said> said, Function<LineOptions, @Nullable T> what) {
        return said.stream()
                .map(Said::options)
                .map(what)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}
