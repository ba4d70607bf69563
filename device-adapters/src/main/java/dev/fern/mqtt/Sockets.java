package dev.fern.mqtt;

import dev.fern.Settings;
import dev.fern.mqtt.Faults.FaultException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.SocketFactory;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Sockets with TCP_NODELAY: with Nagle's algorithm an answer waits for the other side's delayed ACK, 5 ms instead of
/// 0.3 ms.
final class Sockets {
    private static final char[] NO_PASSWORD = {};

    private Sockets() {}

    /// For `mqtt://` and `tcp://`.
    static SocketFactory plain() {
        return new NoDelay(SocketFactory.getDefault());
    }

    /// For `mqtts://` and `ssl://`: trusts the CA file, or what the JDK trusts, and shows the client
    /// certificate, if any.
    ///
    /// @param key where the broker is configured
    static SSLSocketFactory tls(Settings.Broker broker, String key) throws FaultException {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(shown(broker, key), trusted(broker.caFile(), key), null);
            return new NoDelayTls(context.getSocketFactory());
        } catch (GeneralSecurityException e) {
            throw new FaultException("TLS cannot be set up: " + e.getMessage(), "check the files of " + key);
        }
    }

    private static TrustManager @Nullable [] trusted(@Nullable Path caFile, String key)
            throws FaultException, GeneralSecurityException {
        if (caFile == null) {
            return null;
        }
        var store = emptyStore();
        int count = 0;
        for (var authority : certificates(caFile, key + ".ca-file")) {
            store.setCertificateEntry("ca-" + count++, authority);
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager @Nullable [] shown(Settings.Broker broker, String key)
            throws FaultException, GeneralSecurityException {
        var certFile = broker.certFile();
        var keyFile = broker.keyFile();
        if (certFile == null || keyFile == null) {
            return null;
        }
        var chain = certificates(certFile, key + ".cert-file").toArray(Certificate[]::new);
        var store = emptyStore();
        try {
            var secret = Pem.privateKey(read(keyFile, key + ".key-file"), chain[0].getPublicKey());
            store.setKeyEntry("key", secret, NO_PASSWORD, chain);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new FaultException(
                    keyFile + " is no private key for " + certFile + ": " + e.getMessage(),
                    "set " + key + ".key-file to the unencrypted key of that certificate in PEM");
        }
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static List<? extends Certificate> certificates(Path file, String key)
            throws FaultException, GeneralSecurityException {
        try (var in = Files.newInputStream(file)) {
            var all = List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
            if (!all.isEmpty()) {
                return all;
            }
        } catch (IOException e) {
            throw unreadable(file, key);
        } catch (CertificateException e) {
            throw new FaultException(file + " has no certificate: " + e.getMessage(), "set " + key + " to a PEM file");
        }
        throw new FaultException(file + " has no certificate", "set " + key + " to a PEM file");
    }

    /// The text of a file.
    static String read(Path file, String key) throws FaultException {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw unreadable(file, key);
        }
    }

    private static FaultException unreadable(Path file, String key) {
        return new FaultException(file + " cannot be read", "make it readable for Fern, or correct " + key);
    }

    private static Socket quick(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static final class NoDelay extends SocketFactory {
        private final SocketFactory factory;

        NoDelay(SocketFactory factory) {
            this.factory = factory;
        }

        @Override
        public Socket createSocket() throws IOException {
            return quick(factory.createSocket());
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return quick(factory.createSocket(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            return quick(factory.createSocket(host, port, local, localPort));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return quick(factory.createSocket(host, port));
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            return quick(factory.createSocket(host, port, local, localPort));
        }
    }

    private static final class NoDelayTls extends SSLSocketFactory {
        private final SSLSocketFactory factory;

        NoDelayTls(SSLSocketFactory factory) {
            this.factory = factory;
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return factory.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return factory.getSupportedCipherSuites();
        }

        @Override
        public Socket createSocket() throws IOException {
            return quick(factory.createSocket());
        }

        @Override
        public Socket createSocket(Socket under, String host, int port, boolean autoClose) throws IOException {
            return quick(factory.createSocket(under, host, port, autoClose));
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return quick(factory.createSocket(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            return quick(factory.createSocket(host, port, local, localPort));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return quick(factory.createSocket(host, port));
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            return quick(factory.createSocket(host, port, local, localPort));
        }
    }
}
