package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Problem;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardsTest {
    @TempDir
    Path folder;

    @Test
    void withoutASandboxNothingIsStarted() {
        var guards = new Guards(null, true, true, new Problem("no sandbox", "get one"));

        try (var booth = new Booth(folder, () -> guards)) {
            assertThatThrownBy(() -> booth.start(Booth.fn(), booth.python())).hasMessage("no sandbox; get one");
            assertThatThrownBy(() -> booth.start(Booth.fn(), booth.python())).hasMessage("no sandbox; get one");
            assertThat(booth.counter("fern_process_starts_total")).isZero();
            assertThat(booth.runtime.guards()).containsExactly("none: no process is started");
        }
    }

    @Test
    void aDaemonThatIsNotRootMakesAUserNamespace() throws Exception {
        var found = Guards.find();
        assertThat(found.problem()).isNull();
        var guards = new Guards(found.bubblewrap(), false, false, null);

        try (var booth = new Booth(folder, () -> guards);
                var running = booth.start(Booth.fn(), booth.python())) {
            assertThat(running.answer("answer = open('/proc/self/status').read()"))
                    .contains("NoNewPrivs:\t1", "CapEff:\t0000000000000000");
            assertThat(running.answer("answer = open('/proc/self/uid_map').read().split()[2]"))
                    .isEqualTo("1");
            assertThat(running.answer("""
                            import os
                            wrote = []
                            for place in ['/', '/function/', '/usr/', '/etc/', '/dev/', '/tmp/']:
                                try:
                                    open(place + 'x', 'w').write('x')
                                    wrote.append(place)
                                except OSError: pass
                            answer = wrote
                            """)).isEqualTo("['/tmp/']");
        }
    }
}
