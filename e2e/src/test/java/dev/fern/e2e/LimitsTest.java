package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// docs/limits.md has the numbers that the code has, and names what there is.
class LimitsTest {
    private static final Path HOME = Path.of(System.getProperty("fern.home"));
    private static final List<String> TABLES = List.of(
            "Calls",
            "Functions",
            "Processes",
            "MQTT",
            "Pins",
            "Sensors and PWM",
            "Schedule",
            "Requests to other servers",
            "HTTP",
            "Definitions and images",
            "Publishing",
            "Configuration");
    private static final Pattern METRIC = Pattern.compile("fern_[a-z_]+");
    private static final Pattern KEY = Pattern.compile("`limits\\.([a-z-]+)`");
    private static final Pattern NUMBER = Pattern.compile("(\\d+)(?: (KB|MB|GB|ms|s|min|d))?\\b.*");
    private static final Map<String, Long> UNITS = Map.of(
            "KB", 1L << 10,
            "MB", 1L << 20,
            "GB", 1L << 30,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "min", 60_000_000_000L,
            "d", 86_400_000_000_000L);

    private final Markdown page = Markdown.read(HOME.resolve("docs/limits.md"));

    LimitsTest() throws IOException {}

    @Test
    void theKeysAreThoseOfTheConfigurationWithTheirDefaults() throws Exception {
        var onPage = new HashMap<String, Long>();
        for (var row : page.table("Those you can change")) {
            onPage.put(only(KEY, row.get(0)), number(row.get(1)));
        }

        var standard = Settings.Limits.DEFAULT;
        var inCode = new HashMap<String, Long>();
        for (var component : Settings.Limits.class.getRecordComponents()) {
            var key = component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            inCode.put(key, ((Number) component.getAccessor().invoke(standard)).longValue());
        }
        assertThat(onPage).isEqualTo(inCode);
        assertThat(KEY.matcher(text()).results().map(found -> found.group(1))).allMatch(inCode::containsKey);
    }

    @Test
    void eachNumberIsThatOfTheConstantBesideIt() throws Exception {
        int constants = 0;
        for (var table : TABLES) {
            for (var row : page.table(table)) {
                var code = row.size() < 5 ? "" : row.get(4).replace("`", "");
                if (!code.isEmpty()) {
                    // a limit that is made of a key and a constant names the constant last
                    var limit = row.get(1).startsWith("twice") ? row.get(1).replaceAll(".* and ", "") : row.get(1);
                    assertThat(number(limit)).as(code).isEqualTo(constant(code));
                    constants++;
                }
            }
        }
        assertThat(constants).isGreaterThan(50);
    }

    @Test
    void theMetricsAreThoseThatTheDaemonHas() throws IOException {
        var named = METRIC.matcher(text())
                .results()
                .map(found -> found.group())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(named).hasSizeGreaterThan(15);
        var sources = sources();
        assertThat(named).allMatch(metric -> sources.contains('"' + metric + '"'), "occurs in the sources");
    }

    private String text() {
        return String.join("\n", page.lines());
    }

    private static String only(Pattern pattern, String cell) {
        var found = pattern.matcher(cell);
        assertThat(found.matches()).as(cell).isTrue();
        return found.group(1);
    }

    /// Bytes, nanoseconds, or how many.
    private static long number(String cell) {
        var number = NUMBER.matcher(cell);
        assertThat(number.matches()).as("a number: " + cell).isTrue();
        return Long.parseLong(number.group(1))
                * (number.group(2) == null ? 1 : UNITS.getOrDefault(number.group(2), 1L));
    }

    /// The value of `room.Class.CONSTANT`; times in nanoseconds.
    private static long constant(String code) throws ReflectiveOperationException {
        int dot = code.lastIndexOf('.');
        var field = Class.forName("dev.fern." + code.substring(0, dot)).getDeclaredField(code.substring(dot + 1));
        field.setAccessible(true);
        if (field.get(null) instanceof Duration duration) {
            return duration.toNanos();
        }
        long value = ((Number) field.get(null)).longValue();
        if (code.endsWith("_MS")) {
            return value * UNITS.getOrDefault("ms", 0L);
        }
        return code.endsWith("_S") ? value * UNITS.getOrDefault("s", 0L) : value;
    }

    private static String sources() throws IOException {
        var all = new StringBuilder();
        for (var module : List.of("edge-runtime", "device-adapters")) {
            try (Stream<Path> files = Files.walk(HOME.resolve(module).resolve("src/main/java"))) {
                for (var file :
                        files.filter(one -> one.toString().endsWith(".java")).toList()) {
                    all.append(Files.readString(file));
                }
            }
        }
        return all.toString();
    }
}
