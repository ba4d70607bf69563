package dev.fern.sync;

import dev.fern.FnName;
import dev.fern.InvalidDefinitionException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.regex.Pattern;

/// Who runs a function's image while it is rolled out: `fern/rollout`, such as `10% of site=tokyo`. The others run
/// `fern/stable`.
///
/// A device has a place from 0 to 100 in the order of each function, by a hash of both names, and is in it below the
/// percentage: so 50 % holds all of the 10 %, and two functions do not try out on the same devices.
final class Rollout {
    private static final String ANNOTATION = "fern/rollout";
    private static final String STABLE = "fern/stable";
    private static final Pattern FORM = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,4})?)\\s*%(?:\\s+of\\s+(\\S.*))?");
    private static final Pattern DIGEST = Pattern.compile(".+@sha256:[0-9a-f]{64}");

    private Rollout() {}

    /// The image that this device runs.
    ///
    /// @param image the one that is rolled out
    /// @throws InvalidDefinitionException if the annotations make no sense, also where it would not matter
    static String image(Annotations annotations, FnName fn, String image, String device, Map<String, String> labels)
            throws InvalidDefinitionException {
        var rollout = annotations.word(ANNOTATION, "");
        var stable = annotations.word(STABLE, "");
        if (rollout.isEmpty() && stable.isEmpty()) {
            return image;
        }
        if (rollout.isEmpty()) {
            throw new InvalidDefinitionException(
                    STABLE + " is there without " + ANNOTATION,
                    "say who runs the function's image, such as 10%, or remove it");
        }
        if (!DIGEST.matcher(stable).matches()) {
            throw new InvalidDefinitionException(
                    ANNOTATION + " needs the image of all others, with its digest, in " + STABLE
                            + (stable.isEmpty() ? "" : ", which is " + stable),
                    "write it as REGISTRY/NAME@sha256:..., as fern status shows it");
        }
        return includes(rollout, fn, device, labels) ? image : stable;
    }

    private static boolean includes(String rollout, FnName fn, String device, Map<String, String> labels)
            throws InvalidDefinitionException {
        var form = FORM.matcher(rollout.strip());
        if (!form.matches() || Double.parseDouble(form.group(1)) > 100) {
            throw new InvalidDefinitionException(
                    "annotation " + ANNOTATION + "=" + rollout + " makes no sense",
                    "write a percentage, such as 10%, or one of devices with labels, such as 10% of site=tokyo");
        }
        boolean chosen = form.group(2) == null || Selector.matches(ANNOTATION, form.group(2), labels);
        return chosen
                && place(fn, device)
                        < new BigDecimal(form.group(1)).movePointRight(4).longValueExact();
    }

    /// In millionths of all.
    private static long place(FnName fn, String device) {
        try {
            var hash =
                    MessageDigest.getInstance("SHA-256").digest((device + "\n" + fn).getBytes(StandardCharsets.UTF_8));
            return (ByteBuffer.wrap(hash).getInt() & 0xFFFFFFFFL) * 1_000_000 >>> 32;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // each Java has it
        }
    }
}
