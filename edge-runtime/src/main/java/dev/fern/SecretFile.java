package dev.fern;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A file that holds one secret: UTF-8, at most 64 KB; a newline at its end does not belong to it.
public final class SecretFile {
    private static final int LARGEST = 64 << 10;

    /// Before the names of those that fern.service takes from the folder: `LoadCredential=secret:FOLDER`.
    private static final String FROM_FOLDER = "secret_";

    private static final Pattern PLAIN = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,255}");

    private SecretFile() {}

    /// The secret of that name: a file in the folder that this user may read, or else a credential of systemd's, under
    /// that name or as fern.service has it from the folder.
    ///
    /// @param credentials where systemd puts a unit's credentials (systemd.exec(5)), or null
    /// @param what the secret is for, as messages have it
    /// @throws InvalidDefinitionException if there is none that can be read
    public static String read(String name, Path folder, @Nullable Path credentials, String what)
            throws InvalidDefinitionException {
        if (!PLAIN.matcher(name).matches()) {
            throw new InvalidDefinitionException(
                    name + " for " + what + " is no plain file name", "use letters, digits, . - and _");
        }
        var file = folder.resolve(name);
        if (credentials != null && !Files.isReadable(file)) {
            for (var credential : List.of(credentials.resolve(name), credentials.resolve(FROM_FOLDER + name))) {
                file = Files.exists(credential) ? credential : file;
            }
        }
        try {
            return read(file);
        } catch (IOException e) {
            throw new InvalidDefinitionException(
                    "the secret for " + what + " cannot be read from " + file + ": " + e.getMessage(),
                    "put it there, readable for the user that Fern runs as, or give it as the systemd credential "
                            + name);
        }
    }

    /// Where systemd puts this process's credentials, or null.
    public static @Nullable Path credentials() {
        var folder = System.getenv("CREDENTIALS_DIRECTORY");
        return folder == null || folder.isEmpty() ? null : Path.of(folder);
    }

    /// What the file holds.
    ///
    /// @throws IOException with a message fit for an operator, which never holds the secret
    public static String read(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new IOException("it is larger than 64 KB");
            }
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            int end = text.endsWith("\n") ? text.length() - 1 : text.length();
            return text.substring(0, end > 0 && end < text.length() && text.charAt(end - 1) == '\r' ? end - 1 : end);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new IOException("this user may not read it", e);
        } catch (CharacterCodingException e) {
            throw new IOException("it is not UTF-8 text", e);
        }
    }
}
