package dev.fern.cli;

import dev.fern.Fleet;
import io.helidon.json.JsonException;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonString;
import io.helidon.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a device of a broker has told of itself, as far as it can be read: anybody can write there.
///
/// @param version of its Fern, empty while unknown
/// @param problem why it says nothing of functions, or null
record Told(
        String device,
        boolean online,
        String version,
        @Nullable String problem,
        List<Running> functions) {
    /// Functions of one device that are shown.
    private static final int MOST_FUNCTIONS = 1000;
    /// Characters of one text of it that are shown.
    private static final int MOST_CHARACTERS = 300;

    /// An image; its parts are empty while unknown.
    record Image(String reference, String digest) {
        private static final int SHORT = 12;

        static final Image NONE = new Image("", "");

        /// `too-hot:0.0.3@12345678abcd`: enough to tell versions of one function apart.
        String brief() {
            var name = reference.replaceFirst("@.*", "");
            name = name.substring(name.lastIndexOf('/') + 1);
            var hash = digest.substring(digest.indexOf(':') + 1);
            return hash.isEmpty() ? name : name + "@" + hash.substring(0, Math.min(SHORT, hash.length()));
        }

        JsonObject json() {
            return JsonObject.builder()
                    .set("image", reference)
                    .set("digest", digest)
                    .build();
        }
    }

    /// One function on one device.
    ///
    /// @param running what runs; without digest if nothing does
    record Running(
            String app,
            String name,
            String state,
            Image running,
            Image wanted,
            Image previous,
            String since,
            String why,
            String whatToDo) {
        private static Running of(JsonObject fn) {
            boolean runs = !text(fn, "digest").isEmpty();
            return new Running(
                    text(fn, "app"),
                    text(fn, "name"),
                    text(fn, "state"),
                    runs ? new Image(text(fn, "image"), text(fn, "digest")) : Image.NONE,
                    image(fn, "wanted"),
                    image(fn, "previous"),
                    text(fn, "since"),
                    text(fn, "why"),
                    text(fn, "do"));
        }

        private static Image image(JsonObject fn, String key) {
            return fn.value(key).orElse(null) instanceof JsonObject image
                    ? new Image(text(image, "image"), text(image, "digest"))
                    : Image.NONE;
        }

        String fullName() {
            return app + "/" + name;
        }

        boolean runsWhatIsWanted() {
            return !running.digest.isEmpty() && running.digest.equals(wanted.digest);
        }

        /// It runs what is wanted, and whatever starts it listens.
        boolean isDone() {
            return runsWhatIsWanted() && state.equals("ready");
        }

        /// The device says that what is wanted does not run, and why: it failed, or was rolled back.
        boolean hasFailed() {
            boolean ill = state.equals("failed") || state.equals("invalid") || state.equals("quarantined");
            return ill || !runsWhatIsWanted() && !why.isEmpty();
        }

        String reason() {
            return why.isEmpty() || whatToDo.isEmpty() ? why + whatToDo : why + "; " + whatToDo;
        }

        JsonObject json() {
            return JsonObject.builder()
                    .set("app", app)
                    .set("name", name)
                    .set("state", state)
                    .set("running", running.json())
                    .set("wanted", wanted.json())
                    .set("previous", previous.json())
                    .set("since", since)
                    .set("why", why)
                    .set("do", whatToDo)
                    .build();
        }
    }

    static Told of(String id, Fleet.Device device) {
        if (device.statusJson().isEmpty()) {
            return unreadable(id, device, "it has told nothing of its functions yet");
        }
        try {
            var status = JsonParser.create(device.statusJson()).readJsonObject();
            var listed = status.arrayValue("functions");
            if (listed.isEmpty()) {
                return unreadable(id, device, "what it tells is no status of a Fern");
            }
            var functions = new ArrayList<Running>();
            for (var value : listed.get().values()) {
                if (functions.size() == MOST_FUNCTIONS) {
                    break;
                }
                if (!(value instanceof JsonObject fn)
                        || text(fn, "app").isEmpty()
                        || text(fn, "name").isEmpty()) {
                    return unreadable(id, device, "what it tells of its functions makes no sense");
                }
                functions.add(Running.of(fn));
            }
            return new Told(cut(id), device.online(), text(status, "version"), null, functions);
        } catch (JsonException | IllegalArgumentException | StackOverflowError e) {
            // the parser goes as deep as the brackets
            return unreadable(id, device, "what it tells is no JSON");
        }
    }

    private static Told unreadable(String id, Fleet.Device device, String why) {
        return new Told(cut(id), device.online(), "", why, List.of());
    }

    JsonObject json(List<Running> shown) {
        var json =
                JsonObject.builder().set("device", device).set("online", online).set("version", version);
        if (problem == null) {
            json.setNull("problem");
        } else {
            json.set("problem", problem);
        }
        List<JsonValue> functions = new ArrayList<>();
        shown.forEach(function -> functions.add(function.json()));
        return json.setValues("functions", functions).build();
    }

    /// Empty if it is no text.
    private static String text(JsonObject object, String key) {
        return object.value(key).orElse(null) instanceof JsonString text ? cut(text.value()) : "";
    }

    private static String cut(String text) {
        return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "...";
    }
}
