package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the card image does at its start with the files that somebody has put on its FAT partition, whatever they were
/// written
/// with: `take-in` of arm-images, on two folders.
class CardFilesTest {
    private static final Path SCRIPT =
            Path.of(System.getProperty("fern.home"), "arm-images/overlay/usr/lib/fern-card/take-in");
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String YAML = "device: {id: porch}\nfunctions: /etc/fern/functions\n";

    private Sandbox sandbox;
    private Path boot;
    private Path root;

    @BeforeEach
    void aNewDevice() throws Exception {
        sandbox = new Sandbox();
        boot = sandbox.folder("boot");
        root = sandbox.folder("root");
        for (var folder : List.of("etc/fern", "etc/iwd", "var/lib", "home/pi")) {
            sandbox.folder("root/" + folder);
        }
    }

    @AfterEach
    void close() {
        sandbox.close();
    }

    /// Starts the device.
    private String start() throws IOException, InterruptedException {
        return String.join(
                "\n",
                sandbox.start(List.of("bash", SCRIPT.toString(), boot.toString(), root.toString()), Map.of())
                        .awaitSuccess(SOON));
    }

    private void put(String name, String text) throws IOException {
        Files.writeString(boot.resolve(name), text);
    }

    private String device(String file) throws IOException {
        return Files.readString(root.resolve(file));
    }

    private String key() throws IOException, InterruptedException {
        var file = sandbox.folder().resolve("key");
        if (Files.notExists(file)) {
            sandbox.start(
                            List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "me", "-f", file.toString()),
                            Map.of())
                    .awaitSuccess(SOON);
        }
        return Files.readString(Path.of(file + ".pub")).strip();
    }

    @Test
    void withoutFilesNothingIsSaidAndNothingIsChanged() throws Exception {
        assertThat(start()).isEmpty();
        assertThat(root.resolve("etc/fern")).isEmptyDirectory();
        assertThat(root.resolve("run/issue.d")).doesNotExist();
    }

    @Test
    void aConfigurationIsTheSameWhateverEditorWroteIt() throws Exception {
        var windows = YAML.replace("\n", "\r\n");
        for (var bytes : List.of(
                YAML.getBytes(StandardCharsets.UTF_8),
                windows.getBytes(StandardCharsets.UTF_8),
                ("\uFEFF" + windows).getBytes(StandardCharsets.UTF_8),
                ("\uFEFF" + windows).getBytes(StandardCharsets.UTF_16LE))) {
            Files.write(boot.resolve("fern.yaml"), bytes);

            assertThat(start()).isEqualTo("fern.yaml was taken from the card: it is /etc/fern/fern.yaml now.");
            assertThat(device("etc/fern/fern.yaml")).isEqualTo(YAML);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("etc/fern/fern.yaml"))))
                .isEqualTo("rw-r--r--");
    }

    @Test
    void namesInCapitalsAndWithAHiddenEndingAreUnderstood() throws Exception {
        put("FERN.YAML.TXT", YAML);
        put("Authorized_Keys.txt", key());

        assertThat(start()).contains("FERN.YAML.TXT was taken", "Authorized_Keys.txt was taken");
        assertThat(device("etc/fern/fern.yaml")).isEqualTo(YAML);
    }

    @Test
    void namesThatMakeNoSenseAreLeftAlone() throws Exception {
        put("-rf", "x");
        put("fern yaml\n'\"$(touch x)", "x");
        put("fern.yaml.bak", "x");
        sandbox.folder("boot/wifi.txt");

        assertThat(start()).isEmpty();
    }

    @Test
    void aFileIsTakenAgainOnlyWhenItHasChangedAndWhatWasThereIsKept() throws Exception {
        put("fern.yaml", YAML);
        start();
        Files.writeString(root.resolve("etc/fern/fern.yaml"), "edited: there\n");
        assertThat(start()).isEmpty();
        assertThat(device("etc/fern/fern.yaml")).isEqualTo("edited: there\n");

        put("fern.yaml", YAML + "vars: {bay: B7}\n");

        assertThat(start()).contains("fern.yaml was taken");
        assertThat(device("etc/fern/fern.yaml")).endsWith("B7}\n");
        assertThat(device("etc/fern/fern.yaml.before")).isEqualTo("edited: there\n");
    }

    @Test
    void whatIsEmptyOrNoTextIsRefusedAtEachStart() throws Exception {
        put("fern.yaml", "\r\n \r\n");
        put("wifi.txt", "ssid=a\0b");

        for (int i = 0; i < 2; i++) {
            assertThat(start()).contains("fern.yaml on the card is empty", "wifi.txt on the card is no text");
        }
        assertThat(root.resolve("etc/fern/fern.yaml")).doesNotExist();
        assertThat(device("run/issue.d/fern.issue").lines()).hasSize(2);
    }

    @Test
    void onlyLinesThatAreKeysLetSomebodyIn() throws Exception {
        put("authorized_keys", "# mine\r\n" + key() + "\r\nssh-ed25519 AAAAbroken me\r\n\r\nhello\r\n");

        assertThat(start()).contains("keys that may log in as pi: 1; lines that are none, left out: 2");
        assertThat(device("home/pi/.ssh/authorized_keys")).isEqualTo(key() + "\n");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(root.resolve("home/pi/.ssh/authorized_keys"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aFileWithoutAKeyOrWithAPrivateOneLeavesTheOldKeys() throws Exception {
        put("authorized_keys", key());
        start();
        put("authorized_keys", "secret");
        assertThat(start()).contains("has no SSH public key in it");
        put("authorized_keys", Files.readString(sandbox.folder().resolve("key")));
        assertThat(start()).contains("has a private key in it");

        assertThat(device("home/pi/.ssh/authorized_keys")).isEqualTo(key() + "\n");
    }

    @Test
    void aWirelessNetworkIsHandedToIwdUnderItsName() throws Exception {
        put("wifi.txt", "SSID = Café \\ Bar\r\npassword: \"back\\slash = 8\"\r\ncountry=de\r\nhidden=yes\r\n");

        assertThat(start()).isEqualTo("wifi.txt was taken from the card: the network is Café \\ Bar.");
        var name = HexFormat.of().formatHex("Café \\ Bar".getBytes(StandardCharsets.UTF_8));
        assertThat(device("var/lib/iwd/=" + name + ".psk"))
                .isEqualTo("[Security]\nPassphrase=back\\\\slash = 8\n[Settings]\nHidden=true\n");
        assertThat(device("etc/iwd/main.conf")).isEqualTo("[General]\nCountry=DE\n");
        assertThat(device("run/issue.d/fern.issue")).contains("Café \\\\ Bar");
    }

    @Test
    void aNetworkWithoutAPasswordIsAnOpenOne() throws Exception {
        put("wifi.txt", "ssid=Guests\n");

        assertThat(start()).contains("the network is Guests");
        assertThat(root.resolve("var/lib/iwd/=477565737473.open")).exists();
    }

    @Test
    void aWirelessNetworkThatCannotBeIsRefusedWithTheReason() throws Exception {
        put("wifi.txt", "password=long enough\n");
        assertThat(start()).contains("it needs a line such as ssid = NAME");
        put("wifi.txt", "ssid=a\npassword=short\n");
        assertThat(start()).contains("8 to 63 characters, this one has 5");
        put("wifi.txt", "ssid=a\npassword=long enough\ncountry=Germany\n");
        assertThat(start()).contains("country is two letters");

        assertThat(root.resolve("var/lib/iwd")).doesNotExist();
    }

    @Test
    void whatCannotBeWrittenIsSaidAndTheOthersAreTaken() throws Exception {
        Files.delete(root.resolve("etc/fern"));
        put("fern.yaml", YAML);
        put("authorized_keys", key());

        assertThat(start()).contains("/etc/fern cannot be written. Is the card full?", "may log in as pi: 1");
    }
}
