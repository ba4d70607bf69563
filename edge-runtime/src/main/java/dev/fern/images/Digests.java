package dev.fern.images;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// Digests as OCI writes them (image-spec 1.1, descriptor.md): `sha256:` and 64 hexadecimal digits. Others, such as
/// sha512, are registered there but unheard of in registries.
final class Digests {
    private static final String SHA256 = "sha256:";
    private static final Pattern FORM = Pattern.compile(SHA256 + "[0-9a-f]{64}");

    private Digests() {}

    static boolean isOne(String text) {
        return FORM.matcher(text).matches();
    }

    /// The part after the colon, safe as a file's name.
    static String hex(String digest) {
        return digest.substring(SHA256.length());
    }

    static String of(byte[] bytes) {
        return text(sha256(), bytes);
    }

    /// Ends the computation.
    static String text(MessageDigest computation, byte... last) {
        return SHA256 + HexFormat.of().formatHex(computation.digest(last));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
