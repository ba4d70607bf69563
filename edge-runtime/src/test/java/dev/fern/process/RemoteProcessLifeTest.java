package dev.fern.process;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/// The same with a launcher of its own, which has another user and no right, over its socket.
class RemoteProcessLifeTest extends ProcessLifeTest {
    private static LauncherProcess launcher;

    @BeforeAll
    static void startLauncher() throws Exception {
        launcher = new LauncherProcess(Path.of(System.getProperty("java.io.tmpdir")));
    }

    @AfterAll
    static void endLauncher() throws Exception {
        launcher.close();
    }

    @Override
    Booth booth(Path place) throws Exception {
        return Booth.remote(place, launcher.socket);
    }
}
