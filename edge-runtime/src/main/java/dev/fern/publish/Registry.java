package dev.fern.publish;

import com.google.cloud.tools.jib.api.Credential;
import com.google.cloud.tools.jib.api.DescriptorDigest;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.blob.Blob;
import com.google.cloud.tools.jib.blob.BlobDescriptor;
import com.google.cloud.tools.jib.blob.Blobs;
import com.google.cloud.tools.jib.event.EventHandlers;
import com.google.cloud.tools.jib.http.FailoverHttpClient;
import com.google.cloud.tools.jib.image.Image;
import com.google.cloud.tools.jib.image.LayerCountMismatchException;
import com.google.cloud.tools.jib.image.LayerPropertyNotFoundException;
import com.google.cloud.tools.jib.image.json.BadContainerConfigurationFormatException;
import com.google.cloud.tools.jib.image.json.BuildableManifestTemplate;
import com.google.cloud.tools.jib.image.json.ContainerConfigurationTemplate;
import com.google.cloud.tools.jib.image.json.JsonToImageTranslator;
import com.google.cloud.tools.jib.image.json.ManifestListTemplate;
import com.google.cloud.tools.jib.image.json.ManifestTemplate;
import com.google.cloud.tools.jib.json.JsonTemplateMapper;
import com.google.cloud.tools.jib.registry.RegistryClient;
import com.google.cloud.tools.jib.registry.credentials.DockerConfigCredentialRetriever;
import dev.fern.HttpClients;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One repository of a registry, through Jib's client (OCI distribution-spec 1.1). Plain HTTP with this machine and the
/// hosts that the order lists; nothing but TLS with all others. Jib gives up on a connection or an answer after 20 s.
final class Registry implements AutoCloseable {
    private static final Pattern LOOPBACK = Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d+)?");
    static final int CONFIG_BYTES = 4 << 20;
    static final Duration CONNECT = Duration.ofSeconds(10);
    static final Duration ANSWER = Duration.ofSeconds(20);

    private final ImageReference image;
    private final FailoverHttpClient http;
    private final RegistryClient client;
    private final RegistryFaults faults;

    /// @param push whether images are pushed there; else one is read
    Registry(ImageReference image, Order order, boolean push) throws PublishException {
        this.image = image;
        var host = image.getRegistry();
        boolean insecure = isLoopback(host) || order.insecure().contains(host);
        http = insecure ? new PlainHttp(host) : new FailoverHttpClient(false, false, _ -> {});
        var login = login(image, order);
        faults = new RegistryFaults(image, order.logins(), login != null, push);
        var factory = RegistryClient.factory(EventHandlers.NONE, host, image.getRepository(), http)
                .setUserAgent("fern");
        if (login != null) {
            factory.setCredential(login);
        }
        client = factory.newRegistryClient();
        try {
            reach(host, insecure);
            boolean bearer = push ? client.doPushBearerAuth() : client.doPullBearerAuth();
            if (!bearer && login != null) {
                client.configureBasicAuth();
            }
        } catch (IOException | RegistryException e) {
            throw faults.of(e);
        }
    }

    /// Whether somebody is there at all, and safely: Jib itself would try that again and again for a minute.
    private static void reach(String host, boolean plain) throws IOException {
        try (var probe = HttpClients.named("fern-publish-", CONNECT)) {
            var home = URI.create((plain ? "http://" : "https://") + host + "/v2/");
            probe.send(HttpRequest.newBuilder(home).timeout(ANSWER).build(), BodyHandlers.discarding());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    /// @throws PublishException if it is none
    static ImageReference reference(String image) throws PublishException {
        try {
            return ImageReference.parse(image);
        } catch (InvalidImageReferenceException e) {
            throw new PublishException(
                    "'" + image + "' is no image reference",
                    "write HOST[:PORT]/NAME:TAG, the name in lower case, from --registry and func.yaml's name");
        }
    }

    static boolean isLoopback(String host) {
        return LOOPBACK.matcher(host).matches();
    }

    private static @Nullable Credential login(ImageReference image, Order order) throws PublishException {
        var file = order.logins();
        if (file == null) {
            return null;
        }
        try {
            return DockerConfigCredentialRetriever.create(image.getRegistry(), file)
                    .retrieve(_ -> {})
                    .orElse(null);
        } catch (IOException | RuntimeException e) {
            // the message may hold what is in the file
            throw new PublishException(
                    "the registry logins in " + file + " cannot be read",
                    "make it a Docker config.json that this user may read, or name another by --registry-auth");
        }
    }

    /// The image that the reference means on that architecture, on Linux.
    Image read(String architecture) throws PublishException {
        try {
            ManifestTemplate manifest =
                    client.pullManifest(image.getQualifier()).getManifest();
            if (manifest instanceof ManifestListTemplate list) {
                var digests = list.getDigestsForPlatform(architecture, "linux");
                if (digests.isEmpty()) {
                    throw foreign(architecture);
                }
                manifest = client.pullManifest(digests.getFirst()).getManifest();
            }
            if (!(manifest instanceof BuildableManifestTemplate single)
                    || single.getContainerConfiguration() == null
                    || single.getContainerConfiguration().getSize() > CONFIG_BYTES) {
                throw new PublishException(
                        "the base image " + image + " is of no kind that can be built on",
                        "name another by run_image in func.yaml, or deploy with --edge-only");
            }
            var configuration = Blobs.writeToByteArray(blob(
                    Objects.requireNonNull(single.getContainerConfiguration().getDigest())));
            var found = JsonToImageTranslator.toImage(
                    single, JsonTemplateMapper.readJson(configuration, ContainerConfigurationTemplate.class));
            if (!found.getArchitecture().equals(architecture)) {
                throw foreign(architecture); // no index, or one that promises too much
            }
            return found;
        } catch (IOException | RegistryException e) {
            throw faults.of(e);
        } catch (LayerPropertyNotFoundException
                | LayerCountMismatchException
                | BadContainerConfigurationFormatException e) {
            throw new PublishException(
                    "the base image " + image + " makes no sense: "
                            + PublishException.line(String.valueOf(e.getMessage())),
                    "name another by run_image in func.yaml, or deploy with --edge-only");
        }
    }

    private PublishException foreign(String architecture) {
        return new PublishException(
                "the base image " + image + " does not exist for linux/" + architecture,
                "name another by run_image in func.yaml, or deploy with --edge-only");
    }

    /// A blob that comes from there whenever it is written somewhere, and is checked against its digest.
    Blob blob(DescriptorDigest digest) {
        return client.pullBlob(digest, _ -> {}, _ -> {});
    }

    /// Pushes a blob that is not there yet.
    ///
    /// @param elsewhere a repository of the same registry that has it, or null
    /// @return whether it had to be sent
    boolean push(BlobDescriptor what, Blob blob, @Nullable String elsewhere) throws PublishException {
        try {
            if (client.checkBlob(what.getDigest()).isPresent()) {
                return false;
            }
            return !client.pushBlob(what.getDigest(), blob, elsewhere, _ -> {});
        } catch (IOException | RegistryException e) {
            throw faults.of(e);
        }
    }

    /// Makes a tag, or a digest, mean the manifest, whose blobs are there.
    ///
    /// @return its digest
    DescriptorDigest push(ManifestTemplate manifest, String tag) throws PublishException {
        try {
            return client.pushManifest(manifest, tag);
        } catch (IOException | RegistryException e) {
            throw faults.of(e);
        }
    }

    @Override
    public void close() {
        try {
            http.shutDown();
        } catch (IOException e) {
            // nothing is owed to a connection that nobody needs
        }
    }
}
