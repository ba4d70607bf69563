package dev.fern.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.CallInfo;
import dev.fern.Fn;
import dev.fern.Intake.Receipt;
import dev.fern.IntakeFullException;
import dev.fern.Result;
import dev.fern.SinkException;
import dev.fern.Trigger;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeRuntime;
import dev.fern.kit.RecordingIntake;
import dev.fern.kit.RecordingSink.Sent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A device, a broker that keeps what was not acknowledged, two targets, and two functions behind the first one, in a
/// world where anything may happen at
/// any
/// moment: one seed is one history. The model is what must be true of it: each message comes out at both targets,
/// those of the calm lane for the first time in order, and no function runs again whose answer was on disk. What the
/// first one
/// answers is handed on once. Each third
/// message is a CloudEvent and sent twice: while the daemon lives it runs once, unless it fails.
final class Simulation implements AutoCloseable {
    private static final List<String> TARGETS = List.of("out", "log", "end", "after");
    private static final String AGAIN = " again";

    private final Random random;
    private final Path folder;
    private final List<String> history = new ArrayList<>();
    /// What the broker has not seen acknowledged, in order.
    private final Map<String, Receipt> unacknowledged = new LinkedHashMap<>();
    private final Set<String> published = new HashSet<>();
    private final List<String> arrivedOut = new ArrayList<>();
    private final List<String> arrivedLog = new ArrayList<>();
    private final List<String> arrivedEnd = new ArrayList<>();
    private final List<String> arrivedAfter = new ArrayList<>();
    /// For each event that was handed on, and who it was handed to, the calls that were made of it.
    private final Map<String, Set<String>> handedOn = new HashMap<>();
    private Map<String, Set<String>> handedOnHere = Map.of();
    private final Set<String> away = ConcurrentHashMap.newKeySet();
    private final Set<String> ranAgain = ConcurrentHashMap.newKeySet();
    private final Set<String> ranTwice = ConcurrentHashMap.newKeySet();
    private Workbench bench;
    private Fn fn;
    private int lives;
    private int numbers;

    Simulation(long seed, Path folder) throws Exception {
        random = new Random(seed);
        this.folder = folder;
        begin(Files.createDirectory(folder.resolve("life0")));
    }

    /// What happened, for who looks for a fault.
    List<String> history() {
        return history;
    }

    private void begin(Path state) throws Exception {
        bench = new Workbench(state);
        bench.timeout = Duration.ofDays(1000); // time goes by in leaps here, while a thread waits for its turn
        // of this life alone: a thread of an earlier one may still be about to run its last call
        var answered = bench.dispatcherCalls().stream()
                .filter(call -> call.state().equals("sending"))
                .map(CallInfo::id)
                .collect(Collectors.toSet());
        var ranHere = ConcurrentHashMap.<String>newKeySet();
        var bad = random.nextInt(4);
        bench.sink.atOnce(random.nextBoolean() ? 1 : 64);
        bench.sink.failWith(sent -> refusal(sent, bad));
        bench.runtime.body("a/f", call -> {
            if (answered.contains(call.id())) {
                ranAgain.add(call.id());
            }
            var text = call.event().data().text();
            if (call.event().isCloudEvent() && !ranHere.add(call.attempt() + " " + text)) {
                ranTwice.add(text);
            }
            return text.startsWith("wild") && call.attempt() <= bad
                    ? new Result.FunctionError("not yet")
                    : FakeRuntime.answer(text);
        });
        var handedOnNow = new ConcurrentHashMap<String, Set<String>>();
        handedOnHere = handedOnNow;
        for (var next : List.of("a/next", "a/after")) {
            bench.runtime.body(next, call -> {
                handedOnNow
                        .computeIfAbsent(next + " " + call.event().id(), _ -> ConcurrentHashMap.newKeySet())
                        .add(call.id());
                return FakeRuntime.answer(call.event().data().text());
            });
        }
        var durable = random.nextBoolean() ? "disk" : "broker";
        bench.deploy("a/next", "to/end", "mqtt:end");
        bench.deploy("a/after", "on/f", "fn:a/f", "to/after", "mqtt:after"); // hears what is answered from now on
        fn = bench.deploy(
                "a/f",
                "on/calm",
                "mqtt:calm?durable=" + durable,
                "on/wild",
                "mqtt:wild?durable=" + durable,
                "to/out",
                "mqtt:out",
                "to/log",
                "mqtt:log",
                "to/next",
                "fn:a/next");
        history.add("life " + lives++ + ", durable=" + durable + ", wild ones fail " + bad + " times");
        // the broker delivers again what it has no acknowledgement of
        for (var text : List.copyOf(unacknowledged.keySet())) {
            unacknowledged.remove(text);
            accept(text);
        }
    }

    private @Nullable SinkException refusal(Sent sent, int bad) {
        if (away.contains(sent.target().name())) {
            return SinkException.away("nobody is there");
        }
        long before = bench.sink.sent().stream()
                .filter(one -> one.target().equals(sent.target()) && one.text().equals(sent.text()))
                .count();
        return sent.text().startsWith("wild") && before < bad ? SinkException.later("not yet") : null;
    }

    private void accept(String delivery) {
        var text = delivery.replace(AGAIN, "");
        var words = text.split(" ");
        try {
            var receipt = Integer.parseInt(words[1]) % 3 == 0
                    ? bench.dispatcher.accept(trigger(words[0]), Examples.cloudEvent("/broker", text, text))
                    : bench.accept(fn, words[0], text);
            unacknowledged.put(delivery, receipt);
        } catch (IntakeFullException e) {
            throw new AssertionError(e);
        }
    }

    private Trigger trigger(String name) {
        return fn.triggers().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /// Lets one thing happen.
    void step() throws Exception {
        switch (random.nextInt(12)) {
            case 0, 1, 2, 3 -> publish();
            case 4, 5 -> pass(Duration.ofMillis(random.nextInt(3000)));
            case 6 -> toggle(TARGETS.get(random.nextInt(TARGETS.size())));
            case 7 -> keepOldest();
            case 8, 9 -> bench.dead(); // the journal has its turn
            case 10 -> cut();
            default -> stop();
        }
    }

    private void publish() {
        for (int i = random.nextInt(4); i >= 0; i--) {
            int number = numbers++;
            var text = (random.nextInt(3) == 0 ? "wild " : "calm ") + number;
            history.add("publish " + text);
            published.add(text);
            accept(text);
            if (number % 3 == 0) {
                accept(text + AGAIN);
            }
        }
    }

    private void pass(Duration time) {
        history.add("wait " + time.toMillis());
        bench.time.advance(time);
    }

    private void toggle(String target) {
        if (!away.remove(target)) {
            away.add(target);
        }
        history.add(target + (away.contains(target) ? " is away" : " is back"));
    }

    /// As the broker's window asks for it.
    private void keepOldest() {
        unacknowledged.values().stream()
                .filter(receipt -> !RecordingIntake.isDone(receipt.done()))
                .findFirst()
                .ifPresent(Receipt::keep);
    }

    /// All that counts is what was on disk, acknowledged and sent at that moment.
    private void cut() throws Exception {
        history.add("power cut");
        var state = Files.createDirectory(folder.resolve("life" + lives));
        var done = new CountDownLatch(1);
        bench.journal.read(
                -1,
                _ -> { // between two syncs
                    copy(state);
                    look();
                    done.countDown();
                });
        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        bench.close();
        begin(state);
    }

    private void copy(Path state) {
        try (var files = Files.list(folder.resolve("life" + (lives - 1)))) {
            for (var file : files.toList()) {
                Files.copy(file, state.resolve(file.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// SIGTERM.
    private void stop() throws Exception {
        history.add("stop");
        bench.dispatcher.drain(Duration.ZERO);
        bench.close();
        look();
        var state = Files.createDirectory(folder.resolve("life" + lives));
        copy(state);
        begin(state);
    }

    private List<String> arrived(String target) {
        return switch (target) {
            case "out" -> arrivedOut;
            case "log" -> arrivedLog;
            case "end" -> arrivedEnd;
            default -> arrivedAfter;
        };
    }

    private void look() {
        handedOnHere.forEach((event, calls) ->
                handedOn.computeIfAbsent(event, _ -> new HashSet<>()).addAll(calls));
        unacknowledged.values().removeIf(receipt -> RecordingIntake.isDone(receipt.done()));
        for (var sent : bench.sink.sent()) {
            if (sent.done().isDone() && !sent.done().isCompletedExceptionally()) {
                arrived(sent.target().name()).add(sent.text());
            }
        }
    }

    /// What is owed, in words.
    String owed() {
        return bench.dispatcherCalls().stream()
                        .map(call -> call.fn() + " " + call.event().data().text() + " is " + call.state() + ": "
                                + call.reason())
                        .collect(Collectors.joining(", "))
                + "; away: " + bench.dispatcher.away(fn.name())
                + "; rows: " + rows() + "; on disk " + bench.journal.calls() + ", in memory " + bench.inMemory()
                + ", quarantine "
                + bench.invoker.quarantine(fn.name());
    }

    private String rows() {
        try {
            return bench.journal.list(false, 99).stream()
                    .map(entry -> entry.state() + " " + entry.owed())
                    .collect(Collectors.joining(", "));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// All is well again, and stays so: then nothing is owed, and the model holds.
    void end() throws Exception {
        away.clear();
        history.add("all is well");
        Await.until("nothing is owed", () -> {
            bench.time.advance(Duration.ofSeconds(20));
            return bench.journal.calls() == 0
                    && bench.inMemory() == 0
                    && unacknowledged.values().stream().allMatch(receipt -> RecordingIntake.isDone(receipt.done()));
        });
        look();
        assertThat(bench.dead()).extracting(CallInfo::reason).isEmpty();
        assertThat(ranAgain).as("ran though the answer was on disk").isEmpty();
        assertThat(ranTwice).as("ran twice though they were CloudEvents").isEmpty();
        assertThat(handedOn.entrySet())
                .as("handed on twice")
                .filteredOn(one -> one.getValue().size() > 1)
                .isEmpty();
        for (var target : TARGETS) {
            var got = arrived(target);
            assertThat(new HashSet<>(got)).as(target).isEqualTo(published);
            var calm = got.stream()
                    .distinct()
                    .filter(text -> text.startsWith("calm"))
                    .toList();
            assertThat(calm).as(target).isEqualTo(sorted(calm));
        }
    }

    private static List<String> sorted(List<String> texts) {
        return texts.stream()
                .sorted((a, b) -> Integer.compare(Integer.parseInt(a.substring(5)), Integer.parseInt(b.substring(5))))
                .collect(Collectors.toList());
    }

    @Override
    public void close() {
        bench.close();
    }
}
