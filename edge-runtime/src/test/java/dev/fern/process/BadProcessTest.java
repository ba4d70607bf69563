package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fern.Bundle;
import dev.fern.InvalidDefinitionException;
import dev.fern.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What cannot run says why, on that one function.
class BadProcessTest {
    /// Listens, takes one request and answers it with the bytes ANSWER.
    private static final String RAW = """
            import os, socket, sys, time
            s = socket.socket(socket.AF_UNIX)
            s.bind('/tmp/iofs/lsnr.sock')
            s.listen()
            c, _ = s.accept()
            request = c.recv(100000)
            c.sendall(ANSWER)
            """;

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
        assertThat(booth.processes()).isZero();
        booth.close();
    }

    private Problem refused(Bundle bundle) {
        return catchThrowableOfType(InvalidDefinitionException.class, () -> booth.start(Booth.fn(), bundle))
                .problem();
    }

    @Test
    void oneThatNeverOpensItsSocketIsEndedAndToldSo() {
        var problem = refused(booth.script("import time\nprint('waiting for Godot')\ntime.sleep(1000)"));

        assertThat(problem.why())
                .startsWith("greenhouse/demo did not make its socket within 5 s")
                .endsWith("waiting for Godot");
    }

    @Test
    void oneThatEndsBeforeItListensTellsItsLastWords() {
        var problem = refused(booth.script("import fdk_that_is_not_there"));

        assertThat(problem.why())
                .startsWith("greenhouse/demo ended before it listened: its exit status is 1")
                .endsWith("ModuleNotFoundError: No module named 'fdk_that_is_not_there'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "os.symlink('/run/dbus/system_bus_socket', '/tmp/iofs/lsnr.sock')",
                "os.symlink('../../x', '/tmp/iofs/lsnr.sock')",
                "open('/tmp/iofs/lsnr.sock', 'w')",
                "os.mkdir('/tmp/iofs/lsnr.sock')",
            })
    void oneWhoseSocketIsElsewhereOrNoneIsNotTalkedTo(String trick) {
        assertThat(refused(booth.script("import os, time\n" + trick + "\ntime.sleep(1000)"))
                        .why())
                .contains("socket");
    }

    @Test
    void oneThatSaysNothingIsWaitedForUntilItIsStopped() throws Exception {
        try (var running = booth.start(Booth.fn(), booth.script(RAW.replace("ANSWER", "b''") + "time.sleep(1000)"))) {
            var stopper = Thread.ofVirtual().start(() -> {
                try {
                    Thread.sleep(200);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                running.instance().stop();
            });
            assertThat(running.failure("x")).contains("broke off the call");
            stopper.join(Duration.ofSeconds(60));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "b'\\x00\\x01garbage\\n\\n'",
                "b'220 smtp ready\\r\\n'",
                "b'HTTP/1.1 abc OK\\r\\n\\r\\n'",
                "b'HTTP/1.1 200 OK\\r\\nno colon\\r\\n\\r\\n'",
                "b'HTTP/1.1 200 OK\\r\\nContent-Length: -1\\r\\n\\r\\n'",
                "b'HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\nContent-Length: 2\\r\\n\\r\\nxx'",
                "b'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: gzip\\r\\n\\r\\n'",
                "b'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n'",
                "b'HTTP/1.1 200 OK\\r\\n' + b'x' * 1000000",
                "b'HTTP/1.1 200 OK\\r\\n' + b'a: b\\r\\n' * 1000",
                "b'HTTP/1.1 100 Continue\\r\\n\\r\\n' * 1000",
                "b'HTTP/1.1 200 OK\\r\\nContent-Length: 99999999999\\r\\n\\r\\n'",
            })
    void garbageIsOneFailedCallAndTheEndOfTheProcess(String answer) throws Exception {
        var bundle = booth.script(RAW.replace("ANSWER", answer) + "time.sleep(1000)");
        try (var running = booth.start(Booth.fn(), bundle)) {
            assertThat(running.failure("x")).startsWith("greenhouse/demo was stopped: ");
            assertThat(running.instance().spent()).isTrue();
        }
    }

    @Test
    void oneThatDiesHalfwayIsOneFailedCall() throws Exception {
        var half = "b'HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nhalf'";
        try (var running = booth.start(Booth.fn(), booth.script(RAW.replace("ANSWER", half) + "os._exit(7)"))) {
            assertThat(running.failure("x")).isEqualTo("greenhouse/demo broke off the call: its exit status is 7");
        }
    }

    @Test
    void aCommandThatIsNowhereIsInvalid() {
        assertThat(refused(booth.bundle(List.of("./func"), List.of(), Map.of(), "function/x", "")))
                .isEqualTo(new Problem(
                        "./func, which greenhouse/demo starts with, is not in the image's own layers",
                        "correct the entrypoint of the image, or set the annotation fern/layers to all"));
    }

    @Test
    void aLanguageThatIsNotInstalledIsInvalidWithThePackageThatBringsIt() throws Exception {
        var nowhere = new Interpreter("fern-no-such-language", Pattern.compile("x"), "some-package");
        assertThatThrownBy(() -> nowhere.find("/nowhere"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessage("fern-no-such-language is not installed on this device; run: apt install some-package, or"
                        + " set the annotation fern/layers to all");
    }

    @Test
    void anotherMachinesProgramIsInvalid() throws Exception {
        var bundle = booth.bundle(List.of("./func"), List.of(), Map.of(), "function/func", "");
        var device = String.valueOf(Elf.device());
        for (var machine : Map.of(183, "aarch64", 62, "x86_64", 243, "riscv64").entrySet()) {
            var program = Files.readAllBytes(Path.of("/proc/self/exe"));
            program[18] = (byte) (int) machine.getKey();
            program[19] = 0;
            Files.write(bundle.root().resolve("function/func"), program);
            if (!machine.getValue().equals(device)) {
                assertThat(refused(bundle).why())
                        .isEqualTo("/function/func in the image of greenhouse/demo is built for " + machine.getValue()
                                + ", this device is " + device);
            }
        }
    }

    @Test
    void aProgramThatMayNotBeExecutedIsInvalid() throws Exception {
        var bundle = booth.bundle(List.of("/function/func"), List.of(), Map.of(), "function/func", "");
        Files.copy(Path.of("/bin/true"), bundle.root().resolve("function/func"), StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(
                bundle.root().resolve("function/func"), PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(refused(bundle).why()).contains("is not executable");
    }

    @Test
    void anImageWithoutACommandIsNotForIt() {
        var bundle = booth.bundle(List.of(), List.of(), Map.of(), "function/x", "");

        assertThat(booth.runtime.canRun(Booth.fn(), bundle)).isFalse();
        assertThat(refused(bundle).why()).contains("neither entrypoint nor cmd");
    }

    @Test
    void aJavaHandlerWithoutJavaCodeIsInvalid() {
        assertThat(refused(booth.bundle(List.of(), List.of("com.example.Fn::handle"), Map.of(), "function/x", ""))
                        .why())
                .contains("has no Java code in /function/app");
    }
}
