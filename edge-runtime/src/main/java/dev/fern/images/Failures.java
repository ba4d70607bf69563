package dev.fern.images;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// What went wrong, in words for the operator.
final class Failures {
    private static final String NO_SPACE = "No space left on device";

    /// An [ImageException] on its way through a stream.
    static final class Refused extends IOException {
        private final transient ImageException why;

        Refused(ImageException why) {
            super(why);
            this.why = why;
        }

        ImageException why() {
            return why;
        }
    }

    private Failures() {}

    /// The connection to this host could not be had, or broke.
    ///
    /// @throws InterruptedException if that is why
    static ImageException network(Throwable failure, String host) throws InterruptedException {
        if (failure instanceof Refused refused) {
            return refused.why();
        }
        checkInterrupt();
        if (failure instanceof HttpConnectTimeoutException) {
            return ImageException.later(
                    "no connection to the registry " + host + " within " + Http.CONNECT.toSeconds() + " s",
                    "check the network and the registry's address");
        }
        if (has(failure, UnresolvedAddressException.class) || has(failure, UnknownHostException.class)) {
            return ImageException.later(
                    "the name of the registry " + host + " is not known",
                    "check the spelling in the function's image, the network and its DNS");
        }
        if (has(failure, ConnectException.class)) {
            return ImageException.later(
                    "the registry " + host + " refuses the connection",
                    "check that it runs, and the host and port in the function's image");
        }
        if (has(failure, SSLException.class)) {
            return tls(failure, host);
        }
        return ImageException.later(
                "the connection to the registry " + host + " broke off (" + text(failure) + ")",
                "check the network; what has arrived is kept, the rest is fetched next time");
    }

    private static ImageException tls(Throwable failure, String host) {
        // the JDK says so in two ways
        var text = text(failure).toLowerCase(Locale.ROOT);
        if (text.contains("unrecognized ssl message")) {
            return ImageException.later(
                    "the registry " + host + " does not speak TLS",
                    "if plain HTTP is meant, list " + host + " under registry.insecure in fern.yaml");
        }
        return ImageException.later(
                "no safe connection to the registry " + host + " (" + text(failure) + ")",
                "renew its certificate, or add the authority that signed it to Java's trust store (keytool -cacerts)");
    }

    /// The store could not be written or read.
    ///
    /// @throws InterruptedException if that is why
    static ImageException disk(IOException failure, Path where) throws InterruptedException {
        if (failure instanceof Refused refused) {
            return refused.why();
        }
        checkInterrupt();
        if (text(failure).contains(NO_SPACE)) {
            return full(where);
        }
        return ImageException.later(
                "images cannot be kept in " + where + " (" + text(failure) + ")",
                "check that the folder may be written and that the disk is sound");
    }

    static ImageException full(Path where) {
        return ImageException.later(
                "the disk of " + where + " is full", "free space there, or lower limits.images-bytes in fern.yaml");
    }

    /// An interrupted thread sees broken streams and closed channels; what it shall see is the interrupt.
    private static void checkInterrupt() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private static boolean has(Throwable failure, Class<? extends Throwable> type) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private static String text(Throwable failure) {
        var message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
