package dev.fern.images;

import dev.fern.Settings;
import dev.fern.Time;
import dev.fern.images.Http.Reply;
import dev.fern.images.Manifest.Descriptor;
import io.helidon.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Reads registries (OCI distribution-spec 1.1, "Pull"): manifests and blobs, each checked against its digest.
/// Plain HTTP for this machine and the hosts in `registry.insecure`, TLS for the rest. Any thread.
final class Registry {
    /// Distribution-spec, "Pushing Manifests": what registries take.
    static final int MANIFEST_BYTES = 4 << 20;

    private static final int ERROR_BYTES = 64 << 10;
    private static final int HOPS = 5;

    /// A manifest, and its digest as it came.
    record Document(JsonObject json, String digest) {}

    private final Settings.Registry settings;
    private final Http http;
    private final Login login;
    private final LongAdder received;
    private final LongAdder written;

    /// @param received counts the bytes that come
    /// @param written those of them that go to disk
    Registry(Settings.Registry settings, Time time, LongAdder received, LongAdder written) {
        this.settings = settings;
        this.received = received;
        this.written = written;
        http = new Http(time);
        login = new Login(settings.authFile(), http, time);
    }

    /// The manifest that a tag or a digest names.
    Document manifest(Reference image, String selector) throws ImageException, InterruptedException {
        try (var reply = get(image, "GET", "manifests/" + selector, Map.of("Accept", Manifest.ACCEPT))) {
            expect(reply, 200, image, selector);
            var bytes = reply.bytes(MANIFEST_BYTES);
            if (bytes == null) {
                throw ImageException.never(
                        "the manifest of " + image + " is longer than " + (MANIFEST_BYTES >> 20) + " MB",
                        "build the image with fewer layers");
            }
            received.add(bytes.length);
            var json = Json.object(bytes);
            if (reply.isWebPage() || json == null) {
                throw noRegistry(image);
            }
            var digest = Digests.of(bytes);
            var promised = Digests.isOne(selector) ? selector : reply.header("Docker-Content-Digest");
            if (promised != null && Digests.isOne(promised) && !promised.equals(digest)) {
                throw wrongDigest(image, "a manifest", promised, digest);
            }
            return new Document(json, digest);
        }
    }

    /// Whether it is a registry, and lets this device in.
    void ask(Reference image) throws ImageException, InterruptedException {
        try (var reply = get(image, "GET", "/v2/", Map.of())) {
            if (reply.status() == 404 || reply.isWebPage()) {
                throw noRegistry(image);
            }
            expect(reply, 200, image, image.selector());
        }
    }

    /// The digest that a tag means now, without fetching the manifest; null if the registry does not say.
    @Nullable String digest(Reference image, String tag) throws ImageException, InterruptedException {
        try (var reply = get(image, "HEAD", "manifests/" + tag, Map.of("Accept", Manifest.ACCEPT))) {
            var digest = reply.header("Docker-Content-Digest");
            return reply.status() == 200 && digest != null && Digests.isOne(digest) ? digest : null;
        }
    }

    /// A small blob, in memory.
    byte[] blob(Reference image, Descriptor blob) throws ImageException, InterruptedException {
        try (var reply = get(image, "GET", "blobs/" + blob.digest(), Map.of())) {
            expectBlob(reply, 200, image, blob);
            var bytes = reply.bytes((int) blob.size());
            received.add(bytes == null ? 0 : bytes.length);
            var digest = bytes == null ? "more than its " + blob.size() + " bytes" : Digests.of(bytes);
            if (bytes == null || !digest.equals(blob.digest())) {
                throw wrongDigest(image, "a blob", blob.digest(), digest);
            }
            return bytes;
        }
    }

    /// Brings the file to the whole blob, going on where an earlier attempt broke off. What is there afterwards, when
    /// this throws, is a beginning of the blob or nothing.
    void download(Reference image, Descriptor blob, Path part)
            throws IOException, ImageException, InterruptedException {
        long have = Files.exists(part) ? Files.size(part) : 0;
        var digest = Digests.sha256();
        if (have > blob.size()) {
            have = 0;
        } else if (have > 0) {
            try (var in = new DigestInputStream(Files.newInputStream(part), digest)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
        }
        if (have < blob.size()) {
            digest = append(image, blob, part, have, digest);
        }
        var got = Digests.text(digest);
        if (got.equals(blob.digest())) {
            return;
        }
        Files.delete(part);
        if (have == 0) {
            throw wrongDigest(image, "a layer", blob.digest(), got);
        }
        // a power cut may have left zeros in what was there
        download(image, blob, part);
    }

    private MessageDigest append(Reference image, Descriptor blob, Path part, long have, MessageDigest soFar)
            throws IOException, ImageException, InterruptedException {
        var range = have == 0 ? Map.<String, String>of() : Map.of("Range", "bytes=" + have + "-");
        try (var reply = get(image, "GET", "blobs/" + blob.digest(), range)) {
            boolean goesOn = have > 0
                    && reply.status() == 206
                    && String.valueOf(reply.header("Content-Range")).startsWith("bytes " + have + "-");
            expectBlob(reply, goesOn ? 206 : 200, image, blob);
            var digest = goesOn ? soFar : Digests.sha256();
            long count = goesOn ? have : 0;
            try (var out =
                    goesOn ? Files.newOutputStream(part, StandardOpenOption.APPEND) : Files.newOutputStream(part)) {
                var buffer = new byte[64 << 10];
                for (int n = read(reply, buffer); n >= 0; n = read(reply, buffer)) {
                    received.add(n);
                    count += n;
                    if (count > blob.size()) {
                        throw new Failures.Refused(wrongDigest(
                                image, "a layer", blob.digest(), "more than its " + blob.size() + " bytes"));
                    }
                    out.write(buffer, 0, n);
                    written.add(n);
                    digest.update(buffer, 0, n);
                }
            }
            return digest;
        }
    }

    private static int read(Reply reply, byte[] buffer) throws ImageException, InterruptedException {
        try {
            return reply.body().read(buffer);
        } catch (IOException e) {
            throw Failures.network(e, reply.uri().getAuthority());
        }
    }

    private boolean isPlain(String host) {
        return Reference.isLoopback(host) || settings.insecure().contains(host);
    }

    /// Follows redirects and answers challenges. Other hosts never see the login.
    private Reply get(Reference image, String method, String path, Map<String, String> headers)
            throws ImageException, InterruptedException {
        var scheme = isPlain(image.api()) ? "http" : "https";
        var home = URI.create(scheme + "://" + image.api() + "/v2/" + image.name() + "/");
        var uri = home.resolve(path);
        boolean asked = false;
        for (int hop = 0; hop <= HOPS; ) {
            boolean atHome = scheme.equals(uri.getScheme()) && image.api().equalsIgnoreCase(uri.getAuthority());
            var request = HttpRequest.newBuilder(uri).method(method, BodyPublishers.noBody());
            headers.forEach(request::header);
            if (atHome && login.pass(image) instanceof String pass) {
                request.header("Authorization", pass);
            }
            var reply = http.send(request.build());
            if (reply.status() == 401 && atHome && !asked) {
                asked = true;
                reply.close();
                login.answer(image, reply.response().headers().allValues("WWW-Authenticate"), this::isPlain);
            } else if (List.of(301, 302, 303, 307, 308).contains(reply.status())) {
                hop++;
                reply.close();
                uri = next(image, uri, reply.header("Location"));
            } else {
                return reply;
            }
        }
        throw ImageException.later(
                "the registry " + image.host() + " redirects more than " + HOPS + " times",
                "look at the registry's configuration");
    }

    private static URI next(Reference image, URI from, @Nullable String location) throws ImageException {
        try {
            var to = from.resolve(location == null ? "" : location);
            boolean safe =
                    "https".equals(to.getScheme()) || "http".equals(to.getScheme()) && "http".equals(from.getScheme());
            if (safe && to.getHost() != null && !to.equals(from)) {
                return to;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw ImageException.later(
                "the registry " + image.host() + " redirects to '" + location + "', which is not safe or no address",
                "look at the registry's configuration");
    }

    private void expectBlob(Reply reply, int status, Reference image, Descriptor blob)
            throws ImageException, InterruptedException {
        if (reply.status() == 404) {
            throw ImageException.later(
                    "the registry has the manifest of " + image + " but not its blob " + blob.digest(),
                    "push the image again");
        }
        expect(reply, status, image, blob.digest());
        if (reply.isWebPage()) {
            throw noRegistry(image);
        }
    }

    private void expect(Reply reply, int status, Reference image, String selector)
            throws ImageException, InterruptedException {
        int got = reply.status();
        if (got == status) {
            return;
        }
        var host = reply.uri().getAuthority();
        if (got == 401 || got == 403) {
            throw login.refused(image);
        }
        if (got == 404 && reply.isWebPage()) {
            throw noRegistry(image);
        }
        if (got == 404) {
            boolean noName = errorCode(reply).equals("NAME_UNKNOWN");
            var version = noName ? "" : (Digests.isOne(selector) ? "@" : ":") + selector;
            throw ImageException.later(
                    "the registry " + image.host() + " has no image " + image.name() + version,
                    "push it, or correct the function's image");
        }
        if (got == 429) {
            throw ImageException.later(
                    "the registry " + host + " has answered too many requests of this address",
                    "wait, or give it a login in registry.auth-file of fern.yaml");
        }
        throw ImageException.later(
                "the registry " + host + " answered with status " + got, "look at the registry; it is tried again");
    }

    private static String errorCode(Reply reply) throws ImageException, InterruptedException {
        var bytes = reply.bytes(ERROR_BYTES);
        if (bytes != null && Json.object(bytes) instanceof JsonObject json) {
            for (var error : Json.objects(json, "errors")) {
                return String.valueOf(Json.string(error, "code")).toUpperCase(Locale.ROOT);
            }
        }
        return "";
    }

    private static ImageException noRegistry(Reference image) {
        return ImageException.later(
                image.host() + " answered with something else than an image registry does",
                "check the host in the function's image, and whether a proxy or a login page of the network is in between");
    }

    private static ImageException wrongDigest(Reference image, String what, String promised, String got) {
        return ImageException.later(
                "the registry sent " + what + " of " + image + " that is not what its digest says (" + promised
                        + ", but came " + got + ")",
                "push the image again; if it stays, something between here and the registry changes what is sent");
    }
}
