package dev.fern.http;

import dev.fern.Settings;
import io.helidon.common.configurable.Resource;
import io.helidon.common.pki.Keys;
import io.helidon.common.tls.TlsClientAuth;
import io.helidon.common.tls.TlsConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// TLS as `http:` configures it. A client may come without a certificate: [Guard] says what it may do then.
final class Certificates {
    private Certificates() {}

    static boolean wanted(Settings.Http http) {
        return http.tlsCertFile() != null || http.tlsKeyFile() != null || http.clientCaFile() != null;
    }

    static void configure(TlsConfig.Builder tls, Settings.Http http) {
        var certificate = http.tlsCertFile();
        var key = http.tlsKeyFile();
        if (certificate == null || key == null) {
            throw new CannotListenException(
                    "TLS needs a certificate and its key",
                    "set http.tls-cert-file and http.tls-key-file, both in PEM; http.client-ca-file needs them too");
        }
        var keys = read(
                certificate,
                key,
                Keys.builder().pem(pem -> pem.key(resource(key)).certChain(resource(certificate))));
        tls.privateKey(keys).privateKeyCertChain(keys);
        var authority = http.clientCaFile();
        if (authority != null) {
            tls.trust(read(authority, null, Keys.builder().pem(pem -> pem.certificates(resource(authority)))))
                    .clientAuth(TlsClientAuth.OPTIONAL);
        }
    }

    private static Resource resource(Path file) {
        if (!Files.isReadable(file)) {
            throw new CannotListenException(
                    file + " under http: cannot be read", "make it, readable for the user that runs Fern");
        }
        return Resource.create(file);
    }

    private static Keys read(Path file, @Nullable Path key, Keys.Builder keys) {
        try {
            return keys.build();
        } catch (CannotListenException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new CannotListenException(
                    file + (key == null ? "" : " or " + key) + " is no PEM that can be used (" + e.getMessage() + ")",
                    "check it with openssl x509 and openssl pkey; the key must not have a passphrase");
        }
    }
}
