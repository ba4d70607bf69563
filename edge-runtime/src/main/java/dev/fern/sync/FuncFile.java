package dev.fern.sync;

import dev.fern.Definition;
import dev.fern.InvalidDefinitionException;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonString;
import io.helidon.json.JsonValue;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A function's folder, as the fn CLI has it: func.yaml, .yml or .json of schema 20180708 (fn/cli, common/funcfile.go)
/// and, for the app, app.yaml, .yml or .json (common/appfile.go).
///
/// @param folder absolute
/// @param func the function's file in it
/// @param app the app's file, or null
/// @param appName what the app is called if its file does not say so
record FuncFile(Path folder, Path func, @Nullable Path app, String appName) {
    private static final int LARGEST = 1 << 20;
    private static final Pattern APP = Pattern.compile("[A-Za-z0-9_-]{1,255}");
    /// What `url.PathEscape` of the Fn server leaves as it is.
    private static final Pattern FN = Pattern.compile("[A-Za-z0-9_.~$&+=:@-]{1,255}");

    static boolean isApp(String name) {
        return APP.matcher(name).matches();
    }

    /// The function file or app file (`func`, `app`) in there, or null if there is none.
    static @Nullable Path find(Path folder, String name) {
        for (var ending : List.of(".yaml", ".yml", ".json")) {
            var file = folder.resolve(name + ending);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        return null;
    }

    /// The definition it holds, in the shape of an Fn server's. The image, unless the file names one, is `dir:` and
    /// the folder.
    ///
    /// @throws InvalidDefinitionException if a file cannot be read or does not make a function
    Definition read() throws InvalidDefinitionException {
        var appObject = app == null ? JsonObject.empty() : object(app);
        var fn = object(func);
        var appsName = name(appObject, appName, APP, "app");
        var fnName = name(fn, String.valueOf(folder.getFileName()), FN, "func");
        var appId = id(appsName);
        var fnId = id(appsName + "/" + fnName);
        return Documents.of(
                canonical(JsonObject.builder()
                        .from(appObject)
                        .set("name", appsName)
                        .set("id", appId)),
                canonical(JsonObject.builder()
                        .from(fn)
                        .set("name", fnName)
                        .set("id", fnId)
                        .set("app_id", appId)
                        .set("image", image(fn))),
                triggers(fn, appId, fnId));
    }

    private static String name(JsonObject object, String otherwise, Pattern form, String file)
            throws InvalidDefinitionException {
        var written = Json.string(object, "name");
        var name = written.isEmpty() ? otherwise : written;
        if (!form.matcher(name).matches()) {
            throw new InvalidDefinitionException(
                    "'" + name + "' cannot be a name on an Fn server",
                    "write a name of letters, digits, - and _ into " + file + ".yaml");
        }
        return name;
    }

    private JsonValue image(JsonObject fn) {
        var written = Json.string(fn, "image");
        return JsonString.create(written.isEmpty() ? "dir:" + folder : written);
    }

    private static List<JsonObject> triggers(JsonObject fn, String appId, String fnId)
            throws InvalidDefinitionException {
        var all = new ArrayList<JsonObject>();
        for (var trigger : new Fields("the function", fn).objects("triggers")) {
            all.add(canonical(JsonObject.builder()
                    .from(trigger.json())
                    .set("id", id(fnId + "/" + Json.string(trigger.json(), "name")))
                    .set("app_id", appId)
                    .set("fn_id", fnId)));
        }
        return all;
    }

    private static JsonObject canonical(JsonObject.Builder object) {
        return Json.canonical(object.build()).asObject();
    }

    private static JsonObject object(Path file) throws InvalidDefinitionException {
        try (var in = Files.newInputStream(file)) {
            var bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new InvalidDefinitionException("it is larger than 1 MB", "make it smaller");
            }
            return Yaml.parse(new String(bytes, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new InvalidDefinitionException(
                    file + " cannot be read: " + e.getMessage(), "see to the rights on that file");
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException(
                    file + ": " + e.problem().why(), e.problem().whatToDo());
        }
    }

    /// An id that stays the same for the same name, in the form of an Fn server's: 26 characters of
    /// Crockford's base 32.
    private static String id(String name) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            var digits =
                    new StringBuilder(new BigInteger(1, hash).shiftRight(128).toString(32));
            while (digits.length() < 26) {
                digits.insert(0, '0');
            }
            for (int i = 0; i < digits.length(); i++) {
                digits.setCharAt(i, "0123456789ABCDEFGHJKMNPQRSTVWXYZ".charAt(Character.digit(digits.charAt(i), 32)));
            }
            return digits.toString();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
