package dev.fern.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthFileTest {
    @TempDir
    Path dir;

    @Test
    void theLongestKeyThatFitsWins() throws Exception {
        assertThat(user("h:5/acme/a", "h:5", "h:5/acme", "h:5/ac", "h:5/acme/ab", "h"))
                .isEqualTo("h:5/acme");
        assertThat(user("h:5/acme/a", "h:5/acme/a", "h:5/acme")).isEqualTo("h:5/acme/a");
        assertThat(user("h:5/acme/a", "h:50", "h", "other")).isNull();
    }

    @Test
    void keysMayBeAddressesAsDockerWritesThem() throws Exception {
        assertThat(user("h:5/a", "https://h:5/v2/")).isEqualTo("https://h:5/v2/".replace(':', '_'));
        assertThat(user("hello", "https://index.docker.io/v1/")).isNotNull();
        assertThat(user("hello", "docker.io")).isNotNull();
        assertThat(user("docker.io.example.com/hello", "docker.io")).isNull();
    }

    @Test
    void anEntryWithoutCredentialsIsNone() throws Exception {
        var file = Files.writeString(dir.resolve("auth.json"), "{\"auths\":{\"h:5\":{}},\"credsStore\":\"desktop\"}");
        assertThat(AuthFile.basic(file, Reference.parse("h:5/a"))).isNull();
        assertThat(AuthFile.basic(null, Reference.parse("h:5/a"))).isNull();
    }

    /// The user that an image is fetched as, if the file has an entry for each of these keys, whose user is named like
    /// the key.
    private @Nullable String user(String image, String... keys) throws Exception {
        var auths = new StringBuilder();
        for (var key : keys) {
            auths.append(auths.isEmpty() ? "" : ",")
                    .append("\"%s\":{\"username\":\"%s\",\"password\":\"p:w\"}".formatted(key, key.replace(':', '_')));
        }
        var file = Files.writeString(dir.resolve("auth.json"), "{\"auths\":{" + auths + "}}");
        var header = AuthFile.basic(file, Reference.parse(image));
        if (header == null) {
            return null;
        }
        var pair = new String(Base64.getDecoder().decode(header.substring("Basic ".length())), StandardCharsets.UTF_8);
        assertThat(pair).endsWith(":p:w");
        var user = pair.substring(0, pair.indexOf(':'));
        return user.startsWith("https") ? user : user.replace('_', ':');
    }
}
