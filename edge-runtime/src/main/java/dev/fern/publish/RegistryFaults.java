package dev.fern.publish;

import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InsecureRegistryException;
import com.google.cloud.tools.jib.api.RegistryAuthenticationFailedException;
import com.google.cloud.tools.jib.api.RegistryUnauthorizedException;
import com.google.cloud.tools.jib.http.ResponseException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Makes one sentence of what goes wrong with a registry.
///
/// @param logins where its login was looked for, or null
/// @param known whether there was one
/// @param push whether something is pushed there; else it is a base image that is read
record RegistryFaults(ImageReference image, @Nullable Path logins, boolean known, boolean push) {
    PublishException of(Throwable failure) {
        var host = image.getRegistry();
        if (has(failure, RegistryUnauthorizedException.class)
                || has(failure, RegistryAuthenticationFailedException.class)
                || status(failure) == 401
                || status(failure) == 403) {
            return unauthorized(host);
        }
        if (has(failure, UnknownHostException.class) || has(failure, UnresolvedAddressException.class)) {
            return away("the name of the registry " + host + " is not known");
        }
        if (has(failure, SocketTimeoutException.class) || has(failure, HttpTimeoutException.class)) {
            return away("the registry " + host + " does not answer in time");
        }
        if (has(failure, ConnectException.class)) {
            return away("the registry " + host + " cannot be reached");
        }
        if (has(failure, InsecureRegistryException.class) || has(failure, SSLException.class)) {
            return new PublishException(
                    "there is no safe connection to the registry " + host,
                    "give it a certificate that Java trusts, or, for plain HTTP, list " + host
                            + " under registry.insecure in a fern.yaml and name that by --config");
        }
        if (!push && (status(failure) == 404 || text(failure).contains("UNKNOWN"))) {
            return new PublishException(
                    "the registry " + host + " has no base image " + image,
                    "push or name another by run_image in func.yaml, or deploy with --edge-only, which then runs on"
                            + " Fern only");
        }
        return new PublishException(
                "the registry " + host + " does not take part: " + PublishException.line(text(failure)),
                push ? "look at the registry's log" : "look at the registry's log, or deploy with --edge-only");
    }

    private PublishException unauthorized(String host) {
        var what = host + "/" + image.getRepository();
        var edge = push ? "" : ", or deploy with --edge-only";
        if (known) {
            return new PublishException(
                    "the registry refuses the login it was given for " + what,
                    "correct it in " + logins + ", and see that this user may " + (push ? "push" : "read") + " there"
                            + edge);
        }
        return new PublishException(
                "the registry wants a login for " + what,
                "log in with docker login, or name a Docker config.json by --registry-auth" + edge);
    }

    private PublishException away(String why) {
        return new PublishException(
                why,
                push
                        ? "check --registry or FN_REGISTRY, the network, and that it runs"
                        : "check run_image in func.yaml and the network, or deploy with --edge-only, without the base"
                                + " image " + image + "; such an image runs on Fern only");
    }

    private static int status(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ResponseException response) {
                return response.getStatusCode();
            }
        }
        return 0;
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
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }
}
