package dev.fern;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The members of a JSON object (RFC 8259) as they are written: a value that is handed on is not made anew, so a number
/// keeps its digits and an object its order. Strict, and bounded in depth.
final class JsonMembers {
    /// It is not what it should be.
    static final class WrongJsonException extends Exception {
        private static final long serialVersionUID = 1;

        WrongJsonException(String message) {
            super(message, null, false, false);
        }
    }

    private static final int DEEPEST = 256;

    private final String text;
    private int at;

    private JsonMembers(String text) {
        this.text = text;
    }

    /// Each name with the text of its value.
    static Map<String, String> of(String text) throws WrongJsonException {
        var reader = new JsonMembers(text);
        var members = new LinkedHashMap<String, String>();
        reader.space();
        reader.object(0, members);
        reader.end();
        return members;
    }

    /// The texts of an array's elements.
    ///
    /// @param most after so many and one more it reads no further
    static List<String> elements(String text, int most) throws WrongJsonException {
        var reader = new JsonMembers(text);
        var elements = new ArrayList<String>();
        reader.space();
        reader.take('[');
        reader.space();
        if (!reader.takes(']')) {
            do {
                reader.space();
                int start = reader.at;
                reader.value(0);
                elements.add(text.substring(start, reader.at));
                if (elements.size() > most) {
                    return elements;
                }
                reader.space();
            } while (reader.takes(','));
            reader.take(']');
        }
        reader.end();
        return elements;
    }

    private void end() throws WrongJsonException {
        space();
        if (at < text.length()) {
            throw wrong();
        }
    }

    /// What a string means that is written so, with its quotes.
    static String string(String written) throws WrongJsonException {
        return new JsonMembers(written).string();
    }

    private WrongJsonException wrong() {
        return new WrongJsonException("its JSON makes no sense at character " + (at + 1));
    }

    private char peek() throws WrongJsonException {
        if (at >= text.length()) {
            throw new WrongJsonException("its JSON has no end");
        }
        return text.charAt(at);
    }

    private void take(char expected) throws WrongJsonException {
        if (peek() != expected) {
            throw wrong();
        }
        at++;
    }

    private boolean takes(char one) throws WrongJsonException {
        boolean found = peek() == one;
        at += found ? 1 : 0;
        return found;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    /// @param members gets those of the outermost object; of others nothing is kept
    private void object(int depth, @Nullable Map<String, String> members) throws WrongJsonException {
        take('{');
        space();
        if (takes('}')) {
            return;
        }
        var names = new HashSet<String>();
        do {
            space();
            var name = string();
            space();
            take(':');
            space();
            int start = at;
            value(depth + 1);
            if (!names.add(name)) {
                throw new WrongJsonException("its JSON has a name twice");
            }
            if (members != null) {
                members.put(name, text.substring(start, at));
            }
            space();
        } while (takes(','));
        take('}');
    }

    private void array(int depth) throws WrongJsonException {
        take('[');
        space();
        if (takes(']')) {
            return;
        }
        do {
            space();
            value(depth + 1);
            space();
        } while (takes(','));
        take(']');
    }

    private void value(int depth) throws WrongJsonException {
        if (depth > DEEPEST) {
            throw new WrongJsonException("its JSON is nested more than " + DEEPEST + " deep");
        }
        switch (peek()) {
            case '{' -> object(depth, null);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        }
    }

    private void word(String word) throws WrongJsonException {
        if (!text.startsWith(word, at)) {
            throw wrong();
        }
        at += word.length();
    }

    private void number() throws WrongJsonException {
        at += peek() == '-' ? 1 : 0;
        if (!takes('0')) {
            digits();
        }
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            digits();
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            at += peek() == '+' || peek() == '-' ? 1 : 0;
            digits();
        }
    }

    private void digits() throws WrongJsonException {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw wrong();
        }
    }

    private String string() throws WrongJsonException {
        take('"');
        var meant = new StringBuilder();
        while (true) {
            char c = peek();
            if (c < 0x20) {
                throw wrong();
            }
            at++;
            if (c == '"') {
                return meant.toString();
            }
            meant.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() throws WrongJsonException {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw wrong();
        };
    }

    private char unicode() throws WrongJsonException {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0 || peek() > 'f') {
                throw wrong();
            }
            code = code * 16 + digit;
            at++;
        }
        return (char) code;
    }
}
