package dev.fern.e2e.fault;

import dev.fern.e2e.Sandbox;
import dev.fern.e2e.bench.Functions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A function that the clock calls, every second and once a day, and that tells whether its caller's event came with a
/// clock
/// that is set.
final class Clockwork implements Extra {
    private static final String NAME = "clockwork";
    private static final String TICKS = "fern_schedule_events_total";

    private static final String SOURCE = """
            package com.example.fn;
            public class %s {
                public String handle(com.fnproject.fn.api.InputEvent event) {
                    return "clock " + event.getHeaders().get("Fern-Clock").orElse("set");
                }
            }
            """;

    @Override
    public Map<String, String> prepare(Sandbox sandbox, Path functions) throws IOException {
        Functions.write(
                functions.resolve(Slow.APP),
                NAME,
                SOURCE,
                List.of("fern/on/beat: \"every:1s\"", "fern/on/day: \"cron:0 3 * * *?zone=UTC\""));
        return Map.of();
    }

    /// What the function says of the clock now: `clock set` or `clock unset`.
    static String clock(Harm.Play play) throws IOException, InterruptedException {
        var fern = play.ground().fern;
        return fern.post("/invoke/" + fern.functionId(NAME), "?").body();
    }

    /// How often `cron` has called it.
    static double crons(Harm.Play play) throws IOException, InterruptedException {
        return play.ground().metric(TICKS + "{type=\"cron\"}");
    }

    /// How often `every` has.
    static double beats(Harm.Play play) throws IOException, InterruptedException {
        return play.ground().metric(TICKS + "{type=\"every\"}");
    }
}
