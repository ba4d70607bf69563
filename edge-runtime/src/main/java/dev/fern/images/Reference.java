package dev.fern.images;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An image as Docker writes it (distribution/reference): `[HOST[:PORT]/]NAME[:TAG][@DIGEST]`. The first part is a host
/// if it holds a `.` or a `:` or is `localhost`; without a host the image is on Docker Hub, there without a folder
/// in `library/`; without tag and digest the tag is `latest`.
///
/// @param host as written, `HUB` if none is
/// @param tag null if only a digest is given
/// @param digest null if none is given; wins over the tag
record Reference(
        String host,
        String name,
        @Nullable String tag,
        @Nullable String digest) {
    /// Docker Hub: what people write, and where its API and its credentials are found.
    static final String HUB = "docker.io";

    private static final String HUB_API = "registry-1." + HUB;
    private static final String HUB_CREDENTIALS = "index." + HUB;

    private static final int LONGEST = 512;
    private static final Pattern HOST = Pattern.compile("([A-Za-z0-9][A-Za-z0-9.-]*|\\[[0-9a-fA-F:]+])(:\\d{1,5})?");
    private static final String PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
    private static final Pattern NAME = Pattern.compile(PART + "(?:/" + PART + ")*");
    private static final Pattern TAG = Pattern.compile("\\w[\\w.-]{0,127}");
    private static final Pattern LOOPBACK = Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d+)?");

    static Reference parse(String image) throws ImageException {
        var rest = image;
        String digest = null;
        int at = rest.indexOf('@');
        if (at >= 0) {
            digest = rest.substring(at + 1);
            rest = rest.substring(0, at);
        }
        String tag = null;
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/')) {
            tag = rest.substring(colon + 1);
            rest = rest.substring(0, colon);
        } else if (digest == null) {
            tag = "latest";
        }
        var host = HUB;
        int slash = rest.indexOf('/');
        if (slash > 0 && isHost(rest.substring(0, slash))) {
            host = rest.substring(0, slash);
            rest = rest.substring(slash + 1);
        }
        if (host.equals(HUB_API) || host.equals(HUB_CREDENTIALS)) {
            host = HUB;
        }
        if (host.equals(HUB) && rest.indexOf('/') < 0) {
            rest = "library/" + rest;
        }
        boolean good = image.length() <= LONGEST
                && HOST.matcher(host).matches()
                && isAddress(host)
                && NAME.matcher(rest).matches()
                && (tag == null || TAG.matcher(tag).matches())
                && (digest == null || Digests.isOne(digest));
        if (!good) {
            throw ImageException.never(
                    "'" + image + "' is no image reference",
                    "write HOST[:PORT]/NAME[:TAG][@sha256:DIGEST], the name in lower case");
        }
        return new Reference(host, rest, tag, digest);
    }

    private static boolean isHost(String first) {
        return first.indexOf('.') >= 0 || first.indexOf(':') >= 0 || first.equals("localhost");
    }

    /// Whether a URL may hold it: no `a..b`, no `127.1`, no port beyond 65535.
    private static boolean isAddress(String host) {
        try {
            var uri = new URI("http://" + host);
            return uri.getHost() != null && uri.getPort() <= 65_535;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /// Digest or tag, whichever names the manifest.
    String selector() {
        return digest != null ? digest : tag != null ? tag : "latest";
    }

    /// `HOST[:PORT]` that the API is spoken with.
    String api() {
        return host.equals(HUB) ? HUB_API : host;
    }

    /// The host under which `docker login` files its credentials.
    String credentials() {
        return host.equals(HUB) ? HUB_CREDENTIALS : host;
    }

    /// Whether that `HOST[:PORT]` is this very machine.
    static boolean isLoopback(String host) {
        return LOOPBACK.matcher(host).matches();
    }

    @Override
    public String toString() {
        return host + "/" + name + (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
    }
}
