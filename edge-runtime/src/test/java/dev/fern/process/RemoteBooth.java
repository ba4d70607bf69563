package dev.fern.process;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// For all tests of a class: a launcher with another user and no right, over its socket.
final class RemoteBooth implements BeforeAllCallback, AfterAllCallback {
    private @Nullable LauncherProcess launcher;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        launcher = new LauncherProcess(Path.of(System.getProperty("java.io.tmpdir")));
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        launcher().close();
    }

    LauncherProcess launcher() {
        return Objects.requireNonNull(launcher);
    }

    Booth at(Path place) throws Exception {
        return Booth.remote(place, launcher().socket);
    }
}
