package dev.fern.e2e.fault;

import dev.fern.e2e.fault.Scenario.Plan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// `./dev fault`: plays what can go wrong around the real daemon, and prints what became of the messages.
public final class Fault {
    private static final int ROUNDS = 200;
    private static final int SHORT = 10;
    private static final String USAGE =
            "usage: ./dev fault [--rounds N] [--seed N] [--short] [WORD: scenarios with it]";

    private static final List<Scenario> ALL = List.of(
            new PowerCuts("broker"),
            new PowerCuts("disk"),
            new BrokerRestarts("broker"),
            new BrokerRestarts("disk"),
            new BrokerFreezes(),
            new BrokerForgets(),
            new Stops("broker"),
            new Stops("disk"),
            new TwoDaemons(),
            new FnServerGone(),
            new FnServerRubbish(),
            new FnDeleted(),
            new RegistryRubbish(),
            new IoErrors(BrokenCalls.Call.SYNC),
            new IoErrors(BrokenCalls.Call.WRITE),
            new RenameFails(),
            new ClockJumps(),
            new ClockUnset(),
            new CutStarts(false),
            new CutStarts(true),
            new BrokerRefuses(),
            new DiskFull(false),
            new DiskFull(true),
            new DiskReadOnly());

    private Fault() {}

    /// Ends with exit code 1 if a promise was broken.
    public static void main(String[] arguments) throws InterruptedException {
        int rounds = ROUNDS;
        long seed = 1;
        var word = "";
        try {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--short" -> rounds = SHORT;
                    case "--rounds" -> rounds = Integer.parseInt(arguments[++i]);
                    case "--seed" -> seed = Long.parseLong(arguments[++i]);
                    default -> word = arguments[i];
                }
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            word = "--";
        }
        if (word.startsWith("-")) {
            System.err.println(USAGE);
            System.exit(2);
        }
        System.out.println("seed " + seed);
        System.out.println(Row.heading());
        var rows = play(word, rounds, seed, System.err::println, System.out::println);
        if (rows.isEmpty()) {
            System.err.println("no scenario has '" + word + "' in its name");
            System.exit(2);
        }
        System.exit(rows.stream().allMatch(Row::kept) ? 0 : 1);
    }

    /// Plays all scenarios that have that word in their name.
    ///
    /// @param progress hears what is promised, and a line now and then
    /// @param each hears each row as soon as it is there
    public static List<Row> play(String word, int rounds, long seed, Consumer<String> progress, Consumer<Row> each)
            throws InterruptedException {
        var rows = new ArrayList<Row>();
        for (var scenario : ALL) {
            if (scenario.name().contains(word) && scenario.obstacle() instanceof String obstacle) {
                progress.accept(scenario.name() + ": not played, as " + obstacle);
            } else if (scenario.name().contains(word)) {
                progress.accept(scenario.name() + ": " + scenario.promise());
                var row = played(scenario, new Plan(rounds, seed, progress));
                rows.add(row);
                each.accept(row);
            }
        }
        return rows;
    }

    private static Row played(Scenario scenario, Plan plan) throws InterruptedException {
        try {
            return scenario.play(plan);
        } catch (IOException | RuntimeException e) {
            return Row.failed(scenario.name(), e);
        }
    }
}
