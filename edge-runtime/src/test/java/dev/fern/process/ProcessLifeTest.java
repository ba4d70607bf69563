package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Bundle;
import dev.fern.Call;
import dev.fern.Console;
import dev.fern.Fn;
import dev.fern.FunctionRuntime;
import dev.fern.Headers;
import dev.fern.InvalidDefinitionException;
import dev.fern.Result;
import dev.fern.invoke.Invoker;
import dev.fern.invoke.Logs;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeTime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How processes come and go, and what of the device each of them has.
class ProcessLifeTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private Booth booth;

    @BeforeEach
    void open() throws Exception {
        booth = booth(folder);
    }

    Booth booth(Path place) throws Exception {
        return new Booth(place);
    }

    @AfterEach
    void close() {
        booth.close();
    }

    private Booth.Running start(int memoryMb) throws Exception {
        return booth.start(Booth.fn(Map.of(), memoryMb, LONG, LONG, false), booth.python());
    }

    /// With the invoker, whose watchdog ends calls and whose workers end idle instances.
    private final class House implements AutoCloseable {
        final List<FunctionRuntime.Instance> started = new CopyOnWriteArrayList<>();
        private final FakeTime time = new FakeTime();
        final Logs logs = new Logs(time);
        private final Invoker invoker =
                new Invoker(4, time, logs, List.of(new Overheard(booth.runtime, started)), booth.metrics);
        private final Fn fn;

        House(Duration timeout, Duration idle) throws Exception {
            fn = Booth.fn(Map.of(), 128, timeout, idle, false);
            invoker.install(invoker.load(fn, booth.python()));
        }

        Result call(String code) throws Exception {
            var done = new CompletableFuture<Result>();
            var trigger = Examples.trigger(fn.name().toString(), "invoke", "invoke:x");
            var call = Call.first(trigger, Booth.request(Headers.NONE, code), Instant.now());
            invoker.submit(fn.name(), call, true, done::complete);
            return done.get(100, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            invoker.close();
        }
    }

    /// Tells which instances were started.
    private record Overheard(FunctionRuntime runtime, List<FunctionRuntime.Instance> started)
            implements FunctionRuntime {
        @Override
        public String name() {
            return runtime.name();
        }

        @Override
        public boolean canRun(Fn fn, Bundle bundle) {
            return runtime.canRun(fn, bundle);
        }

        @Override
        public Program load(Fn fn, Bundle bundle) throws InvalidDefinitionException {
            var program = runtime.load(fn, bundle);
            return new Program() {
                @Override
                public Instance start() throws InvalidDefinitionException {
                    var instance = program.start();
                    started.add(instance);
                    return instance;
                }

                @Override
                public void close() {
                    program.close();
                }
            };
        }

        @Override
        public void close() {
            runtime.close();
        }
    }

    @Test
    void theTimeOutEndsALoopAndTheNextCallHasANewProcess() throws Exception {
        try (var house = new House(Duration.ofSeconds(1), LONG)) {
            assertThat(house.call("answer = 1")).isInstanceOf(Result.Success.class);
            assertThat(house.call("while True: pass")).isInstanceOf(Result.TimedOut.class);
            assertThat(house.call("answer = 2")).isInstanceOf(Result.Success.class);
            Await.until("the first process is gone", () -> booth.processes() == 1);
            assertThat(booth.counter("fern_process_starts_total")).isEqualTo(2);
            assertThat(booth.counter("fern_process_kills_total", "reason", "timeout"))
                    .isEqualTo(1);
        }
    }

    @Test
    void anIdleFunctionHasNoProcess() throws Exception {
        try (var house = new House(LONG, Duration.ofMillis(500))) {
            assertThat(house.call("answer = 1")).isInstanceOf(Result.Success.class);
            Await.until("its process is gone", () -> booth.processes() == 0);
            assertThat(ProcessHandle.current().children())
                    .noneMatch(child -> child.info().command().orElse("").endsWith("bwrap"));
        }
    }

    @Test
    void aProcessThatEndsBetweenCallsCostsNoCall() throws Exception {
        try (var house = new House(LONG, LONG)) {
            house.call("import os, threading\nthreading.Timer(0.1, lambda: os._exit(0)).start()");
            Await.until("it has ended", () -> house.started.getLast().spent());
            assertThat(house.call("answer = 1")).isInstanceOf(Result.Success.class);
            assertThat(booth.counter("fern_process_starts_total")).isEqualTo(2);
        }
    }

    @Test
    void aProcessThatEndsBetweenCallsIsSpent() throws Exception {
        try (var running = start(64)) {
            running.answer("import os, threading\nthreading.Timer(0.05, lambda: os._exit(0)).start()");
            Await.until("it shows", () -> running.instance().spent());
        }
    }

    @Test
    void aMemoryHogIsStoppedAndToldSo() throws Exception {
        try (var running = start(64)) {
            var code = "hog = []\nwhile True: hog.append(bytearray(b'x') * (1 << 20))";
            assertThat(running.failure(code))
                    .isEqualTo("greenhouse/demo was stopped: it used more than its memory of 64 MB");
            assertThat(running.instance().spent()).isTrue();
            assertThat(booth.counter("fern_process_kills_total", "reason", "memory"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aHogBetweenCallsIsStoppedToo() throws Exception {
        try (var running = start(64)) {
            running.answer("import threading\ndef grow():\n  import time\n  time.sleep(0.1)\n"
                    + "  kept['hog'] = bytearray(b'x') * (100 << 20)\nthreading.Thread(target=grow).start()");
            Await.until("it is gone", () -> running.instance().spent());
            assertThat(booth.counter("fern_process_kills_total", "reason", "memory"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aForkBombIsBounded() throws Exception {
        try (var running = start(256)) {
            var code =
                    "import os, time\nn = 0\ntry:\n  while True:\n    if os.fork() == 0: time.sleep(100)\n    n += 1\n"
                            + "except OSError as e: answer = str(n) + ' ' + e.strerror";
            var answer = running.answer(code);
            assertThat(answer).endsWith("Resource temporarily unavailable");
            assertThat(Integer.parseInt(answer.split(" ")[0])).isLessThan(Sandbox.PIDS);
        }
        assertThat(booth.processes()).isZero();
    }

    @Test
    void oneFunctionsProcessesDoNotCountForAnother() throws Exception {
        try (var bomb = start(256);
                var good = start(64)) {
            bomb.answer(
                    "import os, time\ntry:\n  while True:\n    if os.fork() == 0: time.sleep(100)\nexcept OSError: pass");
            assertThat(good.answer("import subprocess\nanswer = subprocess.check_output(['echo', 'fine']).decode()"))
                    .isEqualTo("fine\n");
        }
    }

    @Test
    void anAnswerThatIsTooLargeIsRefused() throws Exception {
        var tooLarge = "larger than " + (Booth.ANSWER_BYTES >> 10) + " KB";
        try (var running = start(64)) {
            assertThat(running.failure("answer = 'x' * " + (Booth.ANSWER_BYTES + 1)))
                    .contains(tooLarge);
            assertThat(running.instance().spent()).isTrue();
        }
        try (var running = start(64)) {
            assertThat(running.answer("answer = 'x' * " + Booth.ANSWER_BYTES)).hasSize(Booth.ANSWER_BYTES);
        }
        try (var running = start(64)) {
            var endless = "status = None\nw = request.wfile\n"
                    + "w.write(b'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n')\n"
                    + "while True: w.write(b'100\\r\\n' + b'x' * 256 + b'\\r\\n')";
            assertThat(running.failure(endless)).contains(tooLarge);
        }
    }

    @Test
    void aFloodOfOutputIsBoundedAndDoesNotStopTheFunction() throws Exception {
        try (var running = start(64)) {
            assertThat(running.answer(
                            "for i in range(100000): print('line', i)\nprint('x' * 10000000)\nanswer = 'done'"))
                    .isEqualTo("done");
            Await.until(
                    "it is cut", () -> running.log().stream().anyMatch(line -> line.contains("the rest is dropped")));
            assertThat(running.log()).hasSize(Console.MOST_LINES + 1);
            assertThat(running.answer("print('next')\nanswer = 1")).isEqualTo("1");
            Await.until("the next call has its own", () -> running.log().contains("next"));
        }
    }

    @Test
    void itsTmpIsBounded() throws Exception {
        try (var running = start(256)) {
            var code = "wrote = 0\ntry:\n  for n in range(1000):\n    f = open('/tmp/' + str(n), 'wb')\n"
                    + "    for i in range(16):\n      f.write(b'x' * 65536); wrote += 65536\n    f.close()\n"
                    + "except OSError as e: answer = str(wrote) + ' ' + e.strerror";
            var answer = running.answer(code);
            assertThat(answer).endsWith("No space left on device");
            assertThat(Long.parseLong(answer.split(" ")[0])).isLessThanOrEqualTo(Mounts.TMP_BYTES);
        }
    }
}
