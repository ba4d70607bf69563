package dev.fern;

import dev.fern.CloudEvents.MalformedException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;

/// The attributes of a CloudEvent as header fields (HTTP binding 1.0.2, section 3.1.3): `Ce-NAME`, with all but
/// visible ASCII encoded as in a URL.
public final class CeHeaders {
    private static final String PREFIX = "ce-";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private CeHeaders() {}

    /// Whether that is the name of such a field.
    public static boolean isOne(String name) {
        return name.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
    }

    /// A value as it stands in a field.
    public static String encode(String value) {
        if (value.chars().allMatch(CeHeaders::isPlain)) {
            return value;
        }
        var field = new StringBuilder(value.length() + 16);
        for (byte one : value.getBytes(StandardCharsets.UTF_8)) {
            if (isPlain(one)) {
                field.append((char) one);
            } else {
                HEX.toHexDigits(field.append('%'), one);
            }
        }
        return field.toString();
    }

    private static boolean isPlain(int c) {
        return c > ' ' && c < 127 && c != '"' && c != '%';
    }

    /// What a field means: quotes of older senders are taken off, then each `%` with two digits is a byte of UTF-8.
    /// A `%` without them is one that the sender has not encoded.
    ///
    /// @throws MalformedException if the bytes are no UTF-8
    public static String decode(String field) throws MalformedException {
        var text = unquoted(field.strip());
        if (text.indexOf('%') < 0) {
            return text;
        }
        var value = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); ) {
            int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (text.charAt(i) == '%' && high >= 0 && low >= 0) {
                value.write(high << 4 | low);
                i += 3;
            } else {
                int c = text.codePointAt(i);
                value.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
                i += Character.charCount(c);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedException("a header of it is percent-encoded, but not as UTF-8");
        }
    }

    /// Quoted strings (RFC 9110, section 5.6.4).
    private static String unquoted(String text) {
        if (text.length() < 2 || text.charAt(0) != '"' || text.charAt(text.length() - 1) != '"') {
            return text;
        }
        return text.substring(1, text.length() - 1).replaceAll("\\\\(.)", "$1");
    }

    /// The attributes in there, by their names in lower case.
    ///
    /// @throws MalformedException if one is there twice, or cannot be decoded
    public static Map<String, String> attributes(Headers headers) throws MalformedException {
        var attributes = new HashMap<String, String>();
        for (var field : headers.asMap().entrySet()) {
            if (!isOne(field.getKey())) {
                continue;
            }
            var name = field.getKey().substring(PREFIX.length()).toLowerCase(Locale.ROOT);
            if (field.getValue().size() > 1) {
                throw new MalformedException("it has " + name + " twice");
            }
            attributes.put(name, decode(field.getValue().getFirst()));
        }
        return attributes;
    }
}
