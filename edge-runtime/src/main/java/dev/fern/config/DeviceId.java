package dev.fern.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The id of a device that was given none: its host name and six digits of the board's serial number, so that copies
/// of one card differ.
final class DeviceId {
    /// Where a devicetree kernel shows the serial number, ended by a NUL (Devicetree Specification 0.4, section 2.2.4).
    private static final List<String> SERIALS =
            List.of("proc/device-tree/serial-number", "sys/firmware/devicetree/base/serial-number");

    private final Path root;

    /// @param root the folder that is `/`
    DeviceId(Path root) {
        this.root = root;
    }

    String standard() {
        var host = read("proc/sys/kernel/hostname");
        var name = (host == null ? "fern" : host).replaceAll("[^A-Za-z0-9._-]", "-");
        var digits = digits();
        return digits == null ? name : name + "-" + digits;
    }

    private @Nullable String digits() {
        for (var file : SERIALS) {
            var serial = read(file);
            if (serial != null) {
                var plain = serial.replaceAll("[^A-Za-z0-9]", "");
                return plain.substring(Math.max(0, plain.length() - 6));
            }
        }
        // machine-id(5): it must not be shown, a hash of it may
        var machine = read("etc/machine-id");
        return machine == null ? null : hash("fern " + machine).substring(0, 6);
    }

    private @Nullable String read(String file) {
        try {
            var text = Files.readString(root.resolve(file), StandardCharsets.ISO_8859_1)
                    .replace("\0", "")
                    .strip();
            return text.isEmpty() ? null : text;
        } catch (IOException e) {
            return null;
        }
    }

    private static String hash(String text) {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
