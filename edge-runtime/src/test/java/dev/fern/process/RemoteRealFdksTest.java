package dev.fern.process;

import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The same through a launcher.
class RemoteRealFdksTest extends RealFdksTest {
    @RegisterExtension
    static final RemoteBooth REMOTE = new RemoteBooth();

    @Override
    Booth booth(Path place) throws Exception {
        return REMOTE.at(place);
    }
}
