package dev.fern.cli;

import io.helidon.json.JsonException;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// What `fern doctor` looks at.
final class Examinations {
    private static final long SPACE_MB = 256;
    private static final long MEMORY_MB = 64;
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(2);
    private static final Pattern AVAILABLE = Pattern.compile("MemAvailable:\\s+(\\d+) kB");

    private Examinations() {}

    /// Whether it answers, and what it says of itself.
    ///
    /// @param functions receives those that it has
    static List<Finding> daemon(Daemon daemon, List<JsonObject> functions) throws FailedException {
        var status = daemon.object("/fern/status");
        var findings = new ArrayList<Finding>();
        findings.add(Finding.ok(
                "daemon",
                status.stringValue("device", "?") + " at " + daemon.url() + ", Fern "
                        + status.stringValue("version", "?")));
        var health = status.objectValue("health", JsonObject.empty());
        for (var name : health.keysAsStrings()) {
            var part = health.objectValue(name, JsonObject.empty());
            if (!part.booleanValue("up", false)) {
                findings.add(new Finding(false, "daemon's " + name, StatusCommand.problem(part)));
            }
        }
        for (var function : StatusCommand.functions(status)) {
            functions.add(function);
            if (!function.stringValue("state", "").equals("ready")) {
                findings.add(new Finding(
                        false,
                        "function " + StatusCommand.name(function),
                        function.stringValue("state", "?") + ": " + StatusCommand.problem(function)));
            }
        }
        return findings;
    }

    /// Whether a connection can be had; nothing is said over it.
    static Finding broker(String about, URI url, int timeoutMs) {
        var host = url.getHost().replaceAll("[\\[\\]]", "");
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, url.getPort()), timeoutMs);
            return Finding.ok(about, url + " takes connections");
        } catch (IOException e) {
            return Finding.problem(
                    about, "no connection to " + url + " (" + e.getMessage() + ")", "check url, network and broker");
        }
    }

    /// Whether a Fn server answers, and its clock agrees with this one.
    static List<Finding> cloud(URI url, int timeoutMs) throws InterruptedException {
        var timeout = Duration.ofMillis(timeoutMs);
        var http = HttpClient.newBuilder().connectTimeout(timeout).build();
        try {
            var request = HttpRequest.newBuilder(URI.create(url + "/version")).timeout(timeout);
            var answer = http.send(request.build(), BodyHandlers.ofString());
            var findings = new ArrayList<Finding>();
            findings.add(server(url, answer));
            var date = answer.headers().firstValue("Date").orElse("");
            var apart = apart(date, Instant.now());
            if (apart.compareTo(CLOCK_TOLERANCE) > 0) {
                findings.add(Finding.problem(
                        "clock",
                        "it is " + apart.toSeconds() + " s away from the server's (" + date + ")",
                        "set it: timedatectl set-ntp true"));
            }
            return findings;
        } catch (IOException e) {
            return List.of(Finding.problem(
                    "cloud", "no answer from " + url + " (" + e + ")", "check cloud.url, the network and the server"));
        }
    }

    private static Finding server(URI url, HttpResponse<String> answer) {
        try {
            var version = JsonParser.create(answer.body()).readJsonObject().stringValue("version");
            if (answer.statusCode() == 200 && version.isPresent()) {
                return Finding.ok("cloud", url + " is a Fn server " + version.get());
            }
        } catch (JsonException e) {
            // said below, as for any other answer that is not a Fn server's
        }
        return Finding.problem(
                "cloud",
                url + "/version answered with status " + answer.statusCode() + " and is no Fn server",
                "correct cloud.url");
    }

    /// How far the clocks are apart; zero if the other one cannot be read.
    static Duration apart(String httpDate, Instant now) {
        try {
            var other = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(httpDate));
            return Duration.between(other, now).abs();
        } catch (DateTimeParseException e) {
            return Duration.ZERO;
        }
    }

    /// Whether the state folder can be written, and has room.
    static Finding data(Path data) throws IOException {
        var folder = data;
        while (!Files.exists(folder) && folder.getParent() != null) {
            folder = folder.getParent();
        }
        if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
            return Finding.problem(
                    "data",
                    data + " cannot be written as user " + System.getProperty("user.name"),
                    "ask as the daemon's user (sudo -u fern fern doctor), else correct its owner");
        }
        long freeMb = Files.getFileStore(folder).getUsableSpace() >> 20;
        if (freeMb < SPACE_MB) {
            return Finding.problem(
                    "data",
                    "there are only " + freeMb + " MB left for " + data,
                    "make room, or lower limits.images-bytes and limits.queue-bytes");
        }
        return Finding.ok("data", data + " has " + freeMb + " MB left");
    }

    /// Whether the time can be true: a Pi has no clock of its own, and starts somewhere in the past.
    static Finding clock(Instant now) throws IOException {
        var built = built();
        if (now.isBefore(built)) {
            return Finding.problem(
                    "clock", "it says " + now + ", before this Fern was made", "set it: timedatectl set-ntp true");
        }
        return Finding.ok("clock", "it says " + now);
    }

    /// When this program's file was made.
    private static Instant built() throws IOException {
        try {
            var code = Examinations.class.getProtectionDomain().getCodeSource().getLocation();
            return Files.getLastModifiedTime(Path.of(code.toURI())).toInstant();
        } catch (URISyntaxException e) {
            throw new IOException("the path of this program is no URI", e);
        }
    }

    /// @param meminfo see proc_meminfo(5)
    static Finding memory(Path meminfo) throws IOException {
        var available = AVAILABLE.matcher(Files.readString(meminfo));
        if (!available.find()) {
            return Finding.problem("memory", meminfo + " does not say how much there is", "update the kernel");
        }
        long mb = Long.parseLong(available.group(1)) >> 10;
        return mb < MEMORY_MB
                ? Finding.problem(
                        "memory",
                        "only " + mb + " MB are available",
                        "stop something, or lower memory and" + " concurrency of functions")
                : Finding.ok("memory", mb + " MB are available");
    }
}
