package dev.fern.polyglot;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Text of bytes and bytes of text, by node's names of encodings; tolerant as node is.
final class Encodings {
    private static final String HEX = "0123456789abcdef";

    private Encodings() {}

    static String text(byte[] bytes, String encoding) {
        return switch (encoding) {
            case "hex" -> hex(bytes);
            case "base64" -> Base64.getEncoder().encodeToString(bytes);
            case "base64url" -> Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            case "latin1" -> new String(bytes, StandardCharsets.ISO_8859_1);
            case "ascii" -> ascii(bytes);
            case "utf16le" -> new String(bytes, 0, bytes.length & ~1, StandardCharsets.UTF_16LE);
            default -> new String(bytes, StandardCharsets.UTF_8);
        };
    }

    static byte[] bytes(String text, String encoding) {
        return switch (encoding) {
            case "hex" -> fromHex(text);
            case "base64", "base64url" -> fromBase64(text);
            case "latin1", "ascii" -> latin1(text);
            case "utf16le" -> text.getBytes(StandardCharsets.UTF_16LE);
            default -> text.getBytes(StandardCharsets.UTF_8);
        };
    }

    private static String hex(byte[] bytes) {
        var text = new StringBuilder(2 * bytes.length);
        for (byte one : bytes) {
            text.append(HEX.charAt((one >> 4) & 15)).append(HEX.charAt(one & 15));
        }
        return text.toString();
    }

    private static String ascii(byte[] bytes) {
        var low = bytes.clone();
        for (int i = 0; i < low.length; i++) {
            low[i] &= 0x7f;
        }
        return new String(low, StandardCharsets.US_ASCII);
    }

    /// Up to what is no pair of digits.
    private static byte[] fromHex(String text) {
        var bytes = new byte[text.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            int high = Character.digit(text.charAt(2 * i), 16);
            int low = Character.digit(text.charAt(2 * i + 1), 16);
            if (high < 0 || low < 0) {
                return java.util.Arrays.copyOf(bytes, i);
            }
            bytes[i] = (byte) (high << 4 | low);
        }
        return bytes;
    }

    /// Either alphabet, up to the padding; what belongs to neither is passed over.
    private static byte[] fromBase64(String text) {
        var clean = new StringBuilder(text.length());
        for (int i = 0; i < text.length() && text.charAt(i) != '='; i++) {
            char one = text.charAt(i);
            if (one == '-' || one == '+') {
                clean.append('+');
            } else if (one == '_' || one == '/') {
                clean.append('/');
            } else if (one < 128 && Character.isLetterOrDigit(one)) {
                clean.append(one);
            }
        }
        if (clean.length() % 4 == 1) {
            clean.setLength(clean.length() - 1);
        }
        return Base64.getDecoder().decode(clean.toString());
    }

    /// The low byte of each character.
    private static byte[] latin1(String text) {
        var bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) text.charAt(i);
        }
        return bytes;
    }
}
