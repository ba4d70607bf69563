package dev.fern.e2e.image;

import dev.fern.e2e.Sandbox;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The packed image as Raspberry Pi Imager comes to it: by a list of systems, of which it is the only one.
final class Packed {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /// What the schema of such a list (doc/json-schema in the source of Raspberry Pi Imager) demands of a system.
    private static final List<String> TEXTS =
            List.of("name", "description", "icon", "url", "extract_sha256", "release_date");

    private static final List<String> NUMBERS = List.of("extract_size", "image_download_size");

    /// Boards that Imager knows and this image is for: a Zero 2 W has the first one.
    private static final Set<String> BOARDS = Set.of("pi3-64bit", "pi4-64bit");

    private final Sandbox sandbox;
    private final JsonObject system;
    private final Path file;

    private Packed(Sandbox sandbox, JsonObject system, Path file) {
        this.sandbox = sandbox;
        this.system = system;
        this.file = file;
    }

    static Packed read(Sandbox sandbox, Path list) throws IOException {
        var systems = JsonParser.create(Files.readString(list))
                .readJsonObject()
                .arrayValue("os_list")
                .orElseThrow()
                .values();
        if (systems.size() != 1) {
            throw new IOException(list + " has " + systems.size() + " systems, not one");
        }
        var system = (JsonObject) systems.getFirst();
        // beside the list, also where both were carried elsewhere
        var name = Path.of(URI.create(system.stringValue("url").orElseThrow()).getPath())
                .getFileName();
        return new Packed(sandbox, system, list.resolveSibling(name));
    }

    /// What of the list is not so.
    List<String> faults() throws IOException, InterruptedException {
        var faults = new ArrayList<String>();
        for (var key : TEXTS) {
            expect(faults, key, "a text", system.stringValue(key).isPresent() ? "a text" : "none");
        }
        for (var key : NUMBERS) {
            expect(faults, key, "a number", system.longValue(key).isPresent() ? "a number" : "none");
        }
        var boards = new TreeSet<String>();
        system.arrayValue("devices")
                .orElseThrow()
                .values()
                .forEach(board -> boards.add(board.asString().value()));
        expect(faults, "devices", BOARDS, boards);
        expect(faults, "image_download_size", Files.size(file), number("image_download_size"));
        expect(faults, "image_download_sha256", sum("cat"), system.stringValue("image_download_sha256", ""));
        expect(faults, "extract_sha256", sum("xz -dc"), system.stringValue("extract_sha256", ""));
        expect(faults, "extract_size", Long.parseLong(run("xz -dc '" + file + "' | wc -c")), number("extract_size"));
        // Imager writes whole sectors
        expect(faults, "the rest of extract_size by 512", 0L, number("extract_size") % 512);
        return faults;
    }

    private long number(String key) {
        return system.longValue(key, -1);
    }

    private String sum(String unpack) throws IOException, InterruptedException {
        return run(unpack + " '" + file + "' | sha256sum | cut -d' ' -f1");
    }

    private static void expect(List<String> faults, String what, Object expected, Object listed) {
        if (!expected.equals(listed)) {
            faults.add(what + ": " + listed + " instead of " + expected);
        }
    }

    /// Both sizes, for a person.
    String sizes() {
        return number("image_download_size") / 1_000_000 + " MB packed, " + number("extract_size") / 1_000_000
                + " MB on the card";
    }

    /// Writes it onto a card, which is a file here.
    void write(Path card) throws IOException, InterruptedException {
        run("xz -dc '" + file + "' | dd of='" + card + "' bs=1M iflag=fullblock conv=sparse status=none");
    }

    private String run(String pipe) throws IOException, InterruptedException {
        var command = List.of("bash", "-o", "pipefail", "-c", pipe);
        return String.join("\n", sandbox.start(command, Map.of()).awaitSuccess(LIMIT))
                .strip();
    }
}
