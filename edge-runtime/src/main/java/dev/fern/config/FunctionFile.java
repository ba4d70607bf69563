package dev.fern.config;

import dev.fern.Binding;
import dev.fern.Durability;
import dev.fern.FnName;
import dev.fern.InvalidDefinitionException;
import dev.fern.Problem;
import dev.fern.Trigger;
import dev.fern.Vocabulary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Checks a func.yaml: Fn's own schema (fn CLI, common/funcfile.go) with the limits of its server (fn/api/models), and
/// the words under `fern/`. What only the daemon's rooms know is asked of them.
public final class FunctionFile {
    private static final List<String> FREE = List.of("deploy", "signing_details", "build", "expects");
    /// What `url.PathEscape` of Go leaves alone.
    private static final Pattern FN_NAME = Pattern.compile("[A-Za-z0-9$&+:=@_.~-]{1,255}");
    private static final Pattern TRIGGER_NAME = Pattern.compile("[A-Za-z0-9_-]{1,255}");
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_-]{1,100}");
    private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+\\.\\d+([-+].*)?");
    private static final Pattern KEY = Pattern.compile("[!-~]{1,128}");
    private static final Pattern ANY = Pattern.compile("(?s).+");
    private static final int MOST_ANNOTATIONS = 100;
    private static final int LARGEST_ANNOTATION = 512;

    private FunctionFile() {}

    /// All that is wrong with it; empty if nothing is.
    ///
    /// @param further asked if it is YAML: what else is known against the function, by annotation;
    /// under "" what is about the whole of it
    public static List<ConfigProblem> check(Path file, Supplier<Map<String, Problem>> further) {
        var problems = new Problems(file.toString());
        try {
            if (YamlReader.read(Files.readString(file), problems) instanceof Node tree) {
                var folder = file.toAbsolutePath().getParent();
                var source = new Section.Source(
                        problems, Map.of(), folder == null ? Path.of("/") : folder, new LinkedHashSet<>());
                var root = Section.root(source, tree);
                check(root);
                add(further.get(), problems, root.section("annotations"));
            }
        } catch (IOException e) {
            problems.add(0, "", "this cannot be read: " + e.getMessage(), "name a func.yaml that this user may read");
        }
        return problems.sorted();
    }

    /// What is against an annotation already is not said twice.
    private static void add(Map<String, Problem> further, Problems problems, Section annotations) {
        var known = problems.sorted().stream().map(ConfigProblem::key).collect(Collectors.toSet());
        further.forEach((key, problem) -> {
            if (key.isEmpty() ? known.isEmpty() : !known.contains("annotations." + key)) {
                annotations.problem(key, problem.why(), problem.whatToDo());
            }
        });
    }

    private static void check(Section root) {
        root.required("schema_version");
        root.word("schema_version", "", "20180708");
        root.text("name", "", FN_NAME, "up to 255 letters, digits and $ & + : = @ _ . ~ -");
        root.text("version", "", VERSION, "a version such as 0.0.1");
        for (var name : List.of("runtime", "build_image", "run_image", "cmd", "entrypoint", "content_type", "type")) {
            root.text(name);
        }
        root.number("memory", 128, 1, 8192);
        root.number("timeout", 30, 1, 300);
        root.number("idle_timeout", 30, 1, 3600);
        root.section("config").each(ANY, "a name", root.section("config")::text);
        FREE.forEach(root::has);
        annotations(root.section("annotations"));
        for (var trigger : root.listing("triggers")) {
            trigger.required("name");
            trigger.text("name", "", TRIGGER_NAME, "letters, digits, _ and -");
            trigger.required("type");
            trigger.word("type", "", "http");
            trigger.required("source");
            trigger.text("source", "", Pattern.compile("/\\S*"), "a path that starts with /");
            trigger.done();
        }
        root.done();
    }

    private static void annotations(Section annotations) {
        if (annotations.names().size() > MOST_ANNOTATIONS) {
            annotations.problem("", "there are " + annotations.names().size(), "keep " + MOST_ANNOTATIONS + " of them");
        }
        for (var key : annotations.names()) {
            if (!KEY.matcher(key).matches()) {
                annotations.problem(key, "this is no key", "use up to 128 ASCII characters without blanks");
            }
            if (!annotations.isFlat(key)) {
                annotations.problem(
                        key,
                        "has something nested, which the fn CLI cannot send",
                        "write a string, or a list of strings");
                continue;
            }
            var values = annotations.list(key, List.of(), ANY, "a text");
            int commas = annotations.isList(key) ? values.size() + 1 : 0;
            if (values.stream().mapToInt(FunctionFile::jsonSize).sum() + commas > LARGEST_ANNOTATION) {
                annotations.problem(key, "is longer than " + LARGEST_ANNOTATION + " bytes", "make it shorter");
            }
            if (key.startsWith("fern/")) {
                ours(annotations, key, values);
            }
        }
    }

    private static void ours(Section annotations, String key, List<String> values) {
        try {
            boolean trigger = key.startsWith("fern/on/");
            if (!trigger && !key.startsWith("fern/to/")) {
                Vocabulary.checkAnnotation(key);
                return;
            }
            var name = key.substring("fern/on/".length());
            if (!LABEL.matcher(name).matches()) {
                throw new InvalidDefinitionException(
                        "'" + name + "' is no name",
                        "use 1 to 100 letters, digits, - and _ after " + key.substring(0, 8));
            }
            for (var value : values) {
                if (!value.equals("off")) {
                    binding(trigger, name, Binding.parse(value));
                }
            }
        } catch (InvalidDefinitionException e) {
            annotations.problem(key, e.problem().why(), e.problem().whatToDo());
        }
    }

    private static void binding(boolean trigger, String name, Binding binding) throws InvalidDefinitionException {
        if (trigger) {
            Vocabulary.checkTrigger(binding);
            Durability.of(new Trigger(new FnName("app", "fn"), name, binding));
        } else {
            Vocabulary.checkTarget(binding);
        }
    }

    /// Bytes of the text as a JSON string.
    private static int jsonSize(String text) {
        int escapes = (int)
                text.chars().filter(c -> c == '"' || c == '\\' || c == '\n').count();
        return text.getBytes(StandardCharsets.UTF_8).length + escapes + 2;
    }
}
