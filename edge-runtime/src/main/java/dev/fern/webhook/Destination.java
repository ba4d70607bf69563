package dev.fern.webhook;

import dev.fern.InvalidDefinitionException;
import dev.fern.SecretFile;
import dev.fern.Target;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where and how a target's requests go.
///
/// @param auth the secret that is sent as a header, or null
record Destination(URI url, String method, @Nullable String auth) {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^{}]*}");
    private static final String FORM = "write it as https://HOST/PATH, a ? in it as %3F";
    /// What may stand in a URL as it is (RFC 3986, section 2), with `%`, which is looked at by itself.
    private static final String PLAIN = "-._~:/?#[]@!$&'()*+,;=";

    /// @param target with its placeholders, or filled
    static Destination of(Target target) throws InvalidDefinitionException {
        var options = target.options();
        return new Destination(
                url(target.type() + ":" + PLACEHOLDER.matcher(target.address()).replaceAll("x")),
                options.word("method", "POST", "POST", "PUT", "PATCH", "DELETE", "GET"),
                options.text("auth"));
    }

    private static URI url(String text) throws InvalidDefinitionException {
        try {
            var url = new URI(encoded(text));
            if (url.getHost() == null || url.getPort() > 65535) {
                throw new InvalidDefinitionException("target " + text + " names no host", FORM);
            }
            if (url.getRawUserInfo() != null) {
                throw new InvalidDefinitionException(
                        "target " + url.getScheme() + "://…@" + url.getHost() + " has a password in its address",
                        "put it into a secret's file and name that with auth=");
            }
            if (url.getRawFragment() != null) {
                throw new InvalidDefinitionException("target " + text + " has a #, which is never sent", FORM);
            }
            return url;
        } catch (URISyntaxException e) {
            throw new InvalidDefinitionException("target " + text + " is no address of a server", FORM);
        }
    }

    /// The address was decoded when the binding was read: what cannot stand in a URL is encoded again.
    private static String encoded(String text) {
        var out = new StringBuilder();
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            boolean kept = c < 128 && (Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0)
                    || c == '%' && text.substring(i).matches("(?s)%[0-9A-Fa-f]{2}.*");
            if (kept) {
                out.appendCodePoint(c);
            } else {
                for (byte one : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                    out.append('%').append(String.format("%02X", one & 0xff));
                }
            }
            i += Character.charCount(c);
        }
        return out.toString();
    }

    /// A header with its value.
    record Credential(String name, String value) {}

    /// What a secret's text means: `NAME: VALUE` is that header, `SCHEME VALUE` a value of Authorization, a word a
    /// bearer token.
    static Credential credential(String secret, String name) throws InvalidDefinitionException {
        var text = secret.strip();
        int colon = text.indexOf(": ");
        var credential = colon > 0
                ? new Credential(
                        text.substring(0, colon), text.substring(colon + 2).strip())
                : new Credential("Authorization", text.indexOf(' ') > 0 ? text : "Bearer " + text);
        if (text.isEmpty()
                || !credential.name().matches("[A-Za-z0-9-]+")
                || !credential.value().chars().allMatch(c -> c >= ' ' && c < 127)) {
            throw new InvalidDefinitionException(
                    "the secret " + name + " is no header",
                    "put a token there, or SCHEME VALUE for Authorization, or NAME: VALUE, on one line");
        }
        return credential;
    }

    /// The header that says who we are, read anew each time, so that it can be changed without a restart.
    static @Nullable Credential credential(@Nullable String auth, Secrets secrets) throws InvalidDefinitionException {
        return auth == null ? null : credential(secrets.read(auth), auth);
    }

    /// Finds secrets by name.
    interface Secrets {
        /// @throws InvalidDefinitionException with what to do if it is not to be had
        String read(String name) throws InvalidDefinitionException;

        static Secrets in(Path folder) {
            return name -> SecretFile.read(name, folder, SecretFile.credentials(), "auth=" + name);
        }
    }
}
