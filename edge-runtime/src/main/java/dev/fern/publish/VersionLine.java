package dev.fern.publish;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Pattern;

/// The version in a func.yaml, raised as `fn deploy` raises it (fn/cli, common/bump.go): the last of its three numbers,
/// and 0.0.1 if there is none. Only that line of the file changes.
final class VersionLine {
    private static final String FIRST = "0.0.1";
    private static final String ADVICE =
            "write it as version: 0.0.1 on a line of its own, or leave it as it is with" + " --no-bump";
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)([-+].*)?");
    private static final Pattern YAML =
            Pattern.compile("(?m)^(version[ \\t]*:[ \\t]*[\"']?)([^\\s\"'#]+)([\"']?[ \\t]*(?:#.*)?\\r?)$");
    private static final Pattern JSON = Pattern.compile("(?m)^(\\s*\"version\"\\s*:\\s*\")([^\"]+)(\".*)$");

    private VersionLine() {}

    /// The version after this one.
    ///
    /// @param version empty if there is none
    static String next(String version) throws PublishException {
        if (version.isEmpty()) {
            return FIRST;
        }
        var parts = VERSION.matcher(version);
        if (!parts.matches()) {
            throw new PublishException("the version " + version + " has not three numbers", ADVICE);
        }
        return parts.group(1) + "." + parts.group(2) + "."
                + new BigInteger(parts.group(3)).add(BigInteger.ONE).toString();
    }

    /// Writes the version into the file: at once or not at all.
    ///
    /// @param old what the file says now; empty if it says none
    static void write(Path func, String old, String version) throws PublishException {
        try {
            var text = Files.readString(func);
            var changed = change(text, func.toString().endsWith(".json") ? JSON : YAML, old, version, func);
            var beside = Files.createTempFile(func.toAbsolutePath().getParent(), ".func", ".tmp");
            try {
                Files.setPosixFilePermissions(beside, Files.getPosixFilePermissions(func));
                Files.write(beside, changed.getBytes(StandardCharsets.UTF_8));
                Files.move(beside, func.toRealPath(), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            throw new PublishException(
                    "the version in " + func + " cannot be raised: " + e.getMessage(),
                    "make the file and its folder writable, or leave it as it is with --no-bump");
        }
    }

    private static String change(String text, Pattern form, String old, String version, Path func)
            throws PublishException {
        if (old.isEmpty() && form == YAML) {
            return text + (text.isEmpty() || text.endsWith("\n") ? "" : "\n") + "version: " + version + "\n";
        }
        var line = form.matcher(text);
        if (!line.find() || !line.group(2).equals(old)) {
            throw new PublishException("the line of the version in " + func + " cannot be found", ADVICE);
        }
        return text.substring(0, line.start(2)) + version + text.substring(line.end(2));
    }
}
