package dev.fern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Problem;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `fern deploy` says before anything is deployed; deployments themselves are in the e2e module.
class DeployCommandTest {
    @TempDir
    private Path folder;

    private Shell shell = new Shell();

    @BeforeEach
    void home() {
        shell = new Shell().variable("HOME", folder.toString());
    }

    private void func() throws IOException {
        Files.writeString(
                folder.resolve("func.yaml"), "schema_version: 20180708\nname: f\nversion: 0.0.1\nruntime: node\n");
        Files.writeString(folder.resolve("func.js"), "");
    }

    private Shell.Ran deploy(String more) {
        var line = "deploy " + folder + (more.isEmpty() ? "" : " " + more);
        return shell.fern(line.split(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                                                 | --app",
                "--app a                                                            | --registry HOST/NAME or FN_REGISTRY",
                "--app a --registry r                                               | --url URL or FN_API_URL",
                "--app a --registry r --url here                                    | is no Fn server",
                "--app a --registry r --url http://127.0.0.1:1 --wait               | --mqtt URL or devices by --device URL",
                "--app a --registry r --url http://127.0.0.1:1 --mqtt here          | is no broker",
                "--app a --registry r --url http://127.0.0.1:1 --timeout soon       | --timeout soon is no time",
            })
    void wrongUsageIs2AndSaysWhatIsMissing(String more, String said) throws IOException {
        func();

        var ran = deploy(more);

        assertThat(ran.err()).contains(said);
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void aFolderWithoutFunctionIsAFailure() {
        var ran = deploy("--app a --registry r --url http://127.0.0.1:1");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).startsWith("fern: there is no func.yaml in " + folder);
    }

    @Test
    void whatFernCheckHasAgainstTheFunctionKeepsItHere() throws IOException {
        func();
        var rooms = new PlayedInspection();
        rooms.function.put("", new Problem("it loops", "do not"));
        shell.inspection(rooms);

        var ran = deploy("--app a --registry r --url http://127.0.0.1:1");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("it loops; do not").contains("fern: nothing was deployed");
    }

    @Test
    void aBadConfigurationIs78() throws IOException {
        func();
        Files.writeString(folder.resolve("fern.yaml"), "nonsense: 1\n");

        var ran = deploy("--app a");

        assertThat(ran.code()).isEqualTo(78);
        assertThat(ran.err()).contains("nonsense");
    }

    @Test
    void theFnClisContextAndAConfigurationSayWhere() throws IOException {
        func();
        int nobody = nobody();
        Files.createDirectories(folder.resolve(".fn/contexts"));
        Files.writeString(folder.resolve(".fn/config.yaml"), "current-context: mine\n");
        Files.writeString(
                folder.resolve(".fn/contexts/mine.yaml"),
                "api-url: http://127.0.0.1:" + nobody + "\nregistry: r/acme\n");

        assertThat(deploy("--app a").err())
                .isEqualTo("fern: the Fn server 127.0.0.1:" + nobody
                        + " cannot be reached; check --url or FN_API_URL, the network, and that it runs\n");

        Files.writeString(folder.resolve(".fn/contexts/mine.yaml"), "registry: r/acme\n");
        int other = nobody();
        Files.writeString(folder.resolve("fern.yaml"), "cloud: {url: 'http://127.0.0.1:" + other + "', apps: [a]}\n");
        assertThat(deploy("--app a").err()).contains("the Fn server 127.0.0.1:" + other + " cannot be reached");

        shell.variable("FN_CONTEXT", "none");
        assertThat(deploy("--app a").err()).contains("context in").contains("none.yaml cannot be read");
    }

    @Test
    void aTokenThatIsNoneIsSaidAndNotShown() throws IOException {
        func();
        var file = Files.writeString(folder.resolve("token"), "s3cret and more");
        var where = "--app a --registry r --url http://127.0.0.1:1";

        assertThat(deploy(where + " --token-file " + file).err())
                .contains("holds no token")
                .doesNotContain("s3cret");
        assertThat(deploy(where + " --token-file " + folder.resolve("absent")).err())
                .contains("cannot be read");
        assertThat(deploy(where + " --registry-auth " + folder.resolve("absent"))
                        .err())
                .contains("--registry-auth");
    }

    private static int nobody() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
