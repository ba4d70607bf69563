package dev.fern.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTest {
    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:5000/acme/hello:1.2,  127.0.0.1:5000,  acme/hello,    1.2",
        "registry.example.com/hello,     registry.example.com, hello,    latest",
        "localhost/hello:x,              localhost,       hello,         x",
        "[::1]:5000/hello:1,             [::1]:5000,      hello,         1",
        "hello,                          docker.io,       library/hello, latest",
        "acme/hello:1,                   docker.io,       acme/hello,    1",
        "docker.io/hello:1,              docker.io,       library/hello, 1",
        "registry-1.docker.io/acme/a__b, docker.io,       acme/a__b,     latest"
    })
    void isReadAsDockerWritesIt(String image, String host, String name, String tag) throws Exception {
        var reference = Reference.parse(image);
        assertThat(reference.host()).isEqualTo(host);
        assertThat(reference.name()).isEqualTo(name);
        assertThat(reference.tag()).isEqualTo(tag);
        assertThat(reference.selector()).isEqualTo(tag);
    }

    @Test
    void aDigestWinsOverTheTag() throws Exception {
        assertThat(Reference.parse("h:5/a:1@" + DIGEST).selector()).isEqualTo(DIGEST);
        var bare = Reference.parse("h:5/a@" + DIGEST);
        assertThat(bare.tag()).isNull();
        assertThat(bare.selector()).isEqualTo(DIGEST);
    }

    @Test
    void dockerHubHasItsApiAndItsCredentialsElsewhere() throws Exception {
        var hub = Reference.parse("hello");
        assertThat(hub.api()).isEqualTo("registry-1.docker.io");
        assertThat(hub.credentials()).isEqualTo("index.docker.io");
        assertThat(Reference.parse("h:5/a").api()).isEqualTo("h:5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "h:5/",
                "h:5/Hello",
                "h:5/a b",
                "h:5/a:",
                "h:5/a:1:2",
                "h:5/../a",
                "h:5/a//b",
                "h:5/a@sha256:12",
                "h:5/a@md5:" + "0",
                "https://h/a",
                "h:5/a?x",
                "h:5/a:-",
                "user@h:5/a",
                "127.1:5/a",
                "a..b/c",
                "h:65536/a",
                "[::1/a"
            })
    void whatIsNoneIsRefusedForGood(String image) {
        var refusal = catchThrowableOfType(ImageException.class, () -> Reference.parse(image));
        assertThat(refusal).isNotNull();
        assertThat(refusal.lasting()).isTrue();
        assertThat(refusal.problem().why()).contains("is no image reference");
    }

    @Test
    void onlyThisMachineIsLoopback() {
        assertThat(Reference.isLoopback("127.0.0.1:5000")).isTrue();
        assertThat(Reference.isLoopback("localhost")).isTrue();
        assertThat(Reference.isLoopback("[::1]:80")).isTrue();
        assertThat(Reference.isLoopback("127.0.0.1.example.com")).isFalse();
        assertThat(Reference.isLoopback("localhost.example.com:5000")).isFalse();
    }
}
