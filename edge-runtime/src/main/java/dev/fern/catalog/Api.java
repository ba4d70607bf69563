package dev.fern.catalog;

import dev.fern.Definition;
import dev.fern.Status;
import dev.fern.Time;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Answers requests as Fn's API v2 does, from the catalog's own objects and, read only, from those that another source
/// defines. Of two apps with one name it shows the other source's. Any thread; one request at a time.
public final class Api {
    private static final DateTimeFormatter RFC_3339 =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Store store;
    private final Elsewhere elsewhere;
    private final Supplier<List<Status.Function>> running;
    private final String where;
    private final Time time;
    private final Runnable changed;

    Api(
            Store store,
            Supplier<List<Definition>> elsewhere,
            Supplier<List<Status.Function>> running,
            String where,
            Time time,
            Runnable changed) {
        this.store = store;
        this.elsewhere = new Elsewhere(elsewhere);
        this.running = running;
        this.where = where;
        this.time = time;
        this.changed = changed;
    }

    /// Answers one request.
    ///
    /// @param path such as `/v2/fns/01M8...`, decoded and without query
    /// @param query parameters, decoded
    /// @param baseUrl what endpoint annotations begin with, such as `http://127.0.0.1:8080`
    /// @throws java.io.UncheckedIOException if the file cannot be used
    public Reply handle(String method, String path, Map<String, List<String>> query, byte[] body, String baseUrl) {
        try {
            var parts = path.split("/", -1);
            var kind = kind(parts);
            if (kind == null) {
                throw new RefusedException(404, "Path not found: " + method + " " + path);
            }
            var id = parts.length == 4 ? parts[3] : null;
            synchronized (store) {
                var reply = id == null
                        ? handleAll(kind, method, query, body, baseUrl)
                        : handleOne(kind, id, method, body, baseUrl);
                if (reply == null) {
                    throw new RefusedException(405, "Method not allowed: " + method + " " + path);
                }
                return reply;
            }
        } catch (RefusedException e) {
            return e.reply();
        }
    }

    /// The kind that `/v2/KIND` or `/v2/KIND/ID` is about.
    private static @Nullable Kind kind(String[] parts) {
        boolean fits = parts.length == 3 || parts.length == 4 && !parts[3].isEmpty();
        if (!fits || !parts[1].equals("v2")) {
            return null;
        }
        for (var kind : Kind.values()) {
            if (kind.plural().equals(parts[2])) {
                return kind;
            }
        }
        return null;
    }

    private @Nullable Reply handleAll(
            Kind kind, String method, Map<String, List<String>> query, byte[] body, String baseUrl)
            throws RefusedException {
        return switch (method) {
            case "GET" -> list(kind, Page.of(kind, query), baseUrl);
            case "POST" -> create(kind, Fields.parse(body), baseUrl);
            default -> null;
        };
    }

    private @Nullable Reply handleOne(Kind kind, String id, String method, byte[] body, String baseUrl)
            throws RefusedException {
        return switch (method) {
            case "GET" -> {
                var other = elsewhere.find(kind, id);
                yield Reply.ok(located(other == null ? own(kind, id) : other, baseUrl, statuses(kind)));
            }
            case "PUT" -> update(kind, id, Fields.parse(body));
            case "DELETE" -> {
                requireOwn(kind, id);
                store.remove(own(kind, id));
                changed.run();
                yield new Reply(204, "");
            }
            default -> null;
        };
    }

    private Reply list(Kind kind, Page page, String baseUrl) throws RefusedException {
        if (kind == Kind.TRIGGERS && page.equal().containsValue("")) {
            throw RefusedException.badRequest("Missing App ID on Trigger");
        }
        var entries = new ArrayList<>(elsewhere.page(kind, page));
        var appNames = new HashSet<String>();
        entries.forEach(entry -> appNames.add(entry.name()));
        for (var entry : store.page(kind, page)) {
            if (kind != Kind.APPS || !appNames.contains(entry.name())) {
                entries.add(entry);
            }
        }
        entries.sort(Comparator.comparing(Entry::name));
        var shown = entries.subList(0, Math.min(page.size(), entries.size()));
        var items = new ArrayList<JsonObject>();
        var statuses = statuses(kind);
        for (var entry : shown) {
            items.add(located(entry, baseUrl, statuses).json());
        }
        var json = JsonObject.builder();
        if (shown.size() == page.size()) {
            json.set("next_cursor", Page.cursor(shown.getLast().name()));
        }
        return Reply.ok(json.set("items", JsonArray.create(items)).build());
    }

    private Reply create(Kind kind, Fields fields, String baseUrl) throws RefusedException {
        Entry created = switch (kind) {
            case APPS -> createApp(fields);
            case FNS -> createFn(fields);
            case TRIGGERS -> {
                var trigger = HttpTrigger.create(fields, now());
                requireOwn(Kind.APPS, trigger.appId());
                checkPlace(trigger);
                yield trigger;
            }
        };
        store.put(created);
        changed.run();
        return Reply.ok(located(created, baseUrl, List.of()));
    }

    private App createApp(Fields fields) throws RefusedException {
        var app = App.create(fields, now());
        if (elsewhere.app(app.name()) instanceof Entry other) {
            throw readOnly(other);
        }
        if (store.isTaken(Kind.APPS, app.id(), "name = ?", app.name())) {
            throw new RefusedException(409, "App already exists");
        }
        return app;
    }

    private Function createFn(Fields fields) throws RefusedException {
        var fn = Function.create(fields, now());
        requireOwn(Kind.APPS, fn.appId());
        var placed = fn.in((App) own(Kind.APPS, fn.appId()));
        if (store.isTaken(Kind.FNS, fn.id(), "app_id = ? AND name = ?", fn.appId(), fn.name())) {
            throw new RefusedException(409, "Fn with specified name already exists");
        }
        return placed;
    }

    private void checkPlace(HttpTrigger trigger) throws RefusedException {
        own(Kind.APPS, trigger.appId());
        if (!((Function) own(Kind.FNS, trigger.fnId())).appId().equals(trigger.appId())) {
            throw RefusedException.badRequest("Invalid Fn ID - not owned by specified app");
        }
        if (store.isTaken(
                Kind.TRIGGERS, trigger.id(), "app_id = ? AND source = ?", trigger.appId(), trigger.source())) {
            throw new RefusedException(409, "Trigger with the same type and source exists on this app");
        }
        if (store.isTaken(Kind.TRIGGERS, trigger.id(), "fn_id = ? AND name = ?", trigger.fnId(), trigger.name())) {
            throw new RefusedException(409, "Trigger already exists");
        }
    }

    private Reply update(Kind kind, String id, Fields changes) throws RefusedException {
        requireOwn(kind, id);
        var old = own(kind, id);
        var updated = old.merge(changes, now());
        if (updated instanceof HttpTrigger trigger) {
            checkPlace(trigger);
        }
        if (!updated.updatedAt().equals(old.updatedAt())) {
            store.put(updated);
            changed.run();
        }
        return Reply.ok(updated);
    }

    private Entry own(Kind kind, String id) throws RefusedException {
        var found = store.find(kind, id);
        if (found == null) {
            throw kind.notFound();
        }
        return found;
    }

    private void requireOwn(Kind kind, String id) throws RefusedException {
        if (elsewhere.find(kind, id) instanceof Entry other) {
            throw readOnly(other);
        }
    }

    private RefusedException readOnly(Entry entry) {
        return new RefusedException(
                409, entry.name() + " is defined by " + where + " and is read only here: change it there");
    }

    /// What runs here, once for a whole list.
    private List<Status.Function> statuses(Kind kind) {
        return kind == Kind.FNS ? running.get() : List.of();
    }

    private Entry located(Entry entry, String baseUrl, List<Status.Function> statuses) throws RefusedException {
        return switch (entry) {
            case App app -> app;
            case Function fn -> fn.located(baseUrl, Running.json(statuses, fn.id()));
            case HttpTrigger trigger -> {
                var app = elsewhere.find(Kind.APPS, trigger.appId());
                yield trigger.located(baseUrl, (app == null ? own(Kind.APPS, trigger.appId()) : app).name());
            }
        };
    }

    private String now() {
        return RFC_3339.format(time.now());
    }
}
