package dev.fern.daemon;

import dev.fern.Adapter;
import dev.fern.AdapterProvider;
import dev.fern.Definition;
import dev.fern.Fn;
import dev.fern.Health;
import dev.fern.InvalidDefinitionException;
import dev.fern.Marks;
import dev.fern.Metrics;
import dev.fern.Prober;
import dev.fern.Problem;
import dev.fern.Settings;
import dev.fern.Time;
import dev.fern.cli.Inspection;
import dev.fern.dispatch.Dispatcher;
import dev.fern.events.Listeners;
import dev.fern.http.Door;
import dev.fern.images.ImageException;
import dev.fern.images.Images;
import dev.fern.invoke.Logs;
import dev.fern.schedule.Schedule;
import dev.fern.sync.Copy;
import dev.fern.sync.FolderSource;
import dev.fern.sync.Resolver;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Asks the rooms without starting any of them.
final class Inspector implements Inspection {
    private static final String OURS = "fern/";
    private static final String ON = "fern/on/";
    private static final String TO = "fern/to/";

    @Override
    public Map<String, Problem> function(Path file, Settings settings) {
        var found = new TreeMap<String, Problem>();
        try (var time = new SystemTime()) {
            var definition = FolderSource.definition(file);
            var judge = new Judge(settings, definition, time);
            each(definition, judge, found);
            var problem = judge.problem(definition);
            if (problem != null && !found.containsValue(problem)) {
                found.put("", problem);
            }
        } catch (InvalidDefinitionException e) {
            found.put("", e.problem());
        }
        return found;
    }

    /// Each annotation alone, but a target with the triggers it is for, those that are wrong themselves left out.
    private static void each(Definition definition, Judge judge, Map<String, Problem> found) {
        var annotations = annotations(definition);
        for (var key : annotations.keysAsStrings()) { // in order: triggers before targets
            var value = annotations.value(key).orElseThrow().toString();
            boolean target = key.startsWith(TO);
            var names = found.keySet().stream().map(bad -> bad.substring(bad.lastIndexOf('/') + 1));
            boolean all = names.anyMatch(name -> value.contains("from=") && value.contains(name));
            var problem = judge.problem(only(
                    definition,
                    other -> !other.startsWith(OURS)
                            || other.equals(key)
                            || target && other.startsWith(ON) && (all || !found.containsKey(other))));
            if (problem != null && !found.containsValue(problem)) {
                found.put(key, problem);
            }
        }
    }

    private static JsonObject annotations(Definition definition) {
        return fn(definition).objectValue("annotations", JsonObject.empty());
    }

    private static JsonObject fn(Definition definition) {
        return JsonParser.create(definition.document()).readJsonObject().objectValue("fn", JsonObject.empty());
    }

    /// The same function with these annotations only.
    private static Definition only(Definition definition, Predicate<String> wanted) {
        var kept = JsonObject.builder();
        var all = annotations(definition);
        for (var key : all.keysAsStrings()) {
            if (wanted.test(key)) {
                kept.set(key, all.value(key).orElseThrow());
            }
        }
        var document = JsonParser.create(definition.document()).readJsonObject();
        var fn = JsonObject.builder().from(fn(definition)).set("annotations", kept.build());
        return new Definition(
                definition.name(),
                definition.id(),
                JsonObject.builder()
                        .from(document)
                        .set("fn", fn.build())
                        .build()
                        .toString());
    }

    /// What the deployer asks before it loads any code.
    private static final class Judge {
        private final Resolver resolver;
        private final List<Adapter> adapters = new ArrayList<>();
        private final List<Fn> others = new ArrayList<>();

        Judge(Settings settings, Definition definition, Time time) {
            resolver = new Resolver(settings);
            adapters.addAll(adapters(settings, time));
            adapters.add(new Schedule(settings, Marks.NONE, time, new Metrics(), () -> {}));
            adapters.add(new Listeners(settings));
            for (var other : FolderSource.all(settings)) {
                try {
                    if (!other.name().equals(definition.name())) {
                        others.add(resolver.resolve(other));
                    }
                } catch (InvalidDefinitionException e) {
                    // not what was asked
                }
            }
        }

        @Nullable Problem problem(Definition definition) {
            try {
                var fn = resolver.resolve(definition);
                Dispatcher.check(fn);
                Door.checkSources(fn, others);
                for (var adapter : adapters) {
                    adapter.check(fn, others);
                }
                return null;
            } catch (InvalidDefinitionException e) {
                return e.problem();
            }
        }
    }

    @Override
    public List<String> images(Settings settings) {
        return new Copy(settings.data().resolve("copy.json"))
                .peek().stream()
                        .map(saved -> fn(saved.wanted()).stringValue("image", ""))
                        .toList();
    }

    @Override
    public @Nullable Problem sensor(String name, Settings settings) {
        try (var time = new SystemTime()) {
            for (var adapter : adapters(settings, time)) {
                boolean sensors = adapter.types().contains("sensor");
                if (sensors && adapter instanceof Prober prober && prober.probe(name) instanceof Health.Down down) {
                    return down.problem();
                }
            }
        }
        return null;
    }

    private static List<Adapter> adapters(Settings settings, Time time) {
        var adapters = new ArrayList<Adapter>();
        var control = new Operations(settings.device().id(), new Logs(time));
        for (var provider : ServiceLoader.load(AdapterProvider.class)) {
            adapters.add(provider.create(settings, time, new Metrics(), control));
        }
        return adapters;
    }

    @Override
    public @Nullable String registry(String image) {
        return Images.registry(image);
    }

    @Override
    public @Nullable Problem registry(String image, Settings settings) throws InterruptedException {
        try (var time = new SystemTime()) {
            Daemon.images(settings, time, new Metrics()).ask(image);
            return null;
        } catch (ImageException e) {
            return e.problem();
        }
    }
}
