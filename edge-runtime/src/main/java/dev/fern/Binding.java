package dev.fern;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// One trigger or target as written: `TYPE:ADDRESS[?OPTION=VALUE[&...]]`, split at the first `:` and the last `?`,
/// with percent-encoding (RFC 3986, section 2.1) in the rest; `+` and `#` are themselves.
///
/// @param type such as `mqtt`
/// @param address such as a topic filter or a pin, decoded
/// @param options decoded, in the order written
public record Binding(String type, String address, Options options) {
    /// Reads one binding.
    ///
    /// @throws InvalidDefinitionException if it is not of that form
    public static Binding parse(String text) throws InvalidDefinitionException {
        int colon = text.indexOf(':');
        if (colon <= 0) {
            throw new InvalidDefinitionException(
                    "'" + text + "' has no type", "write TYPE:ADDRESS, such as mqtt:house/+/door");
        }
        var type = text.substring(0, colon);
        var rest = text.substring(colon + 1);
        int question = rest.lastIndexOf('?');
        var address = decode(question < 0 ? rest : rest.substring(0, question), text);
        if (address.isEmpty()) {
            throw new InvalidDefinitionException("'" + text + "' has no address", "write TYPE:ADDRESS");
        }
        var options = new LinkedHashMap<String, String>();
        if (question >= 0) {
            for (var pair : rest.substring(question + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals <= 0) {
                    throw new InvalidDefinitionException(
                            "'" + pair + "' in '" + text + "' is no option",
                            "write OPTION=VALUE, and a ? that belongs to the address as %3F");
                }
                var name = decode(pair.substring(0, equals), text);
                if (options.put(name, decode(pair.substring(equals + 1), text)) != null) {
                    throw new InvalidDefinitionException("'" + text + "' has " + name + " twice", "keep one of them");
                }
            }
        }
        return new Binding(type, address, new Options(options));
    }

    private static String decode(String text, String whole) throws InvalidDefinitionException {
        if (text.indexOf('%') < 0) {
            return text;
        }
        var raw = text.getBytes(StandardCharsets.UTF_8);
        var out = new byte[raw.length];
        int size = 0;
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] != '%') {
                out[size++] = raw[i];
                continue;
            }
            int high = i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
            int low = i + 2 < raw.length ? Character.digit(raw[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
                throw new InvalidDefinitionException(
                        "'" + whole + "' has a % that is not followed by two hexadecimal digits",
                        "write a % that is meant as %25");
            }
            out[size++] = (byte) (high << 4 | low);
            i += 2;
        }
        return new String(out, 0, size, StandardCharsets.UTF_8);
    }

    /// As it would be written, with `%`, `?` and `&` encoded where they would be misread.
    @Override
    public String toString() {
        var text = new StringBuilder(type).append(':').append(encode(address));
        char separator = '?';
        for (Map.Entry<String, String> option : options.asMap().entrySet()) {
            text.append(separator).append(option.getKey()).append('=').append(encode(option.getValue()));
            separator = '&';
        }
        return text.toString();
    }

    private static String encode(String text) {
        return text.replace("%", "%25").replace("?", "%3F").replace("&", "%26");
    }
}
