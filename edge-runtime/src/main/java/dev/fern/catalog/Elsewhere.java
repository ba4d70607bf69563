package dev.fern.catalog;

import dev.fern.Definition;
import io.helidon.json.JsonException;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The objects that another source defines, such as the Fn server that the device follows. Read only here.
final class Elsewhere implements Entries {
    private static final System.Logger LOG = System.getLogger("fern.catalog");

    /// The objects of one list of definitions, by kind and id.
    private record Index(List<Definition> definitions, Map<Kind, Map<String, Entry>> entries) {}

    private final Supplier<List<Definition>> source;
    private volatile Index index = new Index(List.of(), new EnumMap<>(Kind.class));

    Elsewhere(Supplier<List<Definition>> source) {
        this.source = source;
    }

    @Override
    public @Nullable Entry find(Kind kind, String id) {
        return of(kind).get(id);
    }

    @Override
    public List<Entry> page(Kind kind, Page page) {
        return of(kind).values().stream()
                .filter(entry -> entry.name().compareTo(page.after()) > 0)
                .filter(entry -> matches(entry.json(), page.equal()))
                .sorted(Comparator.comparing(Entry::name))
                .limit(page.size())
                .toList();
    }

    private static boolean matches(JsonObject json, Map<String, String> equal) {
        return equal.entrySet().stream()
                .allMatch(field -> json.stringValue(field.getKey(), "").equals(field.getValue()));
    }

    @Nullable Entry app(String name) {
        return of(Kind.APPS).values().stream()
                .filter(app -> app.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    @SuppressWarnings("ReferenceEquality") // the same list means that nothing changed, without reading it
    private Map<String, Entry> of(Kind kind) {
        var definitions = source.get();
        var current = index;
        if (current.definitions != definitions) {
            current = index(definitions);
            index = current;
        }
        return current.entries.getOrDefault(kind, Map.of());
    }

    private static Index index(List<Definition> definitions) {
        var entries = new EnumMap<Kind, Map<String, Entry>>(Kind.class);
        for (var definition : definitions) {
            try {
                for (var entry : read(definition.document())) {
                    entries.computeIfAbsent(entry.kind(), _ -> new LinkedHashMap<>())
                            .put(entry.id(), entry);
                }
            } catch (JsonException | RefusedException e) {
                LOG.log(Level.WARNING, "{0} is not shown by /v2: its definition is no Fn object", definition.name());
            }
        }
        return new Index(definitions, entries);
    }

    private static List<Entry> read(String document) throws RefusedException {
        var json = JsonParser.create(document).readJsonObject();
        var entries = new ArrayList<Entry>();
        for (var part : Map.of("app", Kind.APPS, "fn", Kind.FNS).entrySet()) {
            entries.add(part.getValue().read(new Fields(json.objectValue(part.getKey(), JsonObject.empty()))));
        }
        var triggers = json.arrayValue("triggers");
        if (triggers.isPresent()) {
            for (var trigger : triggers.get().values()) {
                entries.add(Kind.TRIGGERS.read(new Fields(trigger.asObject())));
            }
        }
        return entries;
    }
}
