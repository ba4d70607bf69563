package dev.fern.daemon;

import dev.fern.Definition;
import dev.fern.DefinitionSource;
import dev.fern.FnName;
import dev.fern.Problem;
import dev.fern.Status;
import dev.fern.catalog.Catalog;
import dev.fern.deploy.Deployer;
import dev.fern.sync.CloudSource;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Local and cloud functions in one name space: on a clash the cloud's wins.
final class Sources {
    private static final System.Logger LOG = System.getLogger("fern.daemon");

    private static final Problem CLASH = new Problem(
            "is defined here and by the source this device follows, whose definition runs",
            "rename or delete the one made here");

    private List<Definition> fromSource = List.of();
    private List<Definition> local = List.of();
    private volatile List<Definition> hidden = List.of();

    /// What the source that the device follows defines, as far as it was read.
    synchronized List<Definition> fromSource() {
        return fromSource;
    }

    /// Starts the deployer with its copy, then both sources. What the copy holds counts as read until the
    /// source has been.
    void start(Deployer deployer, DefinitionSource source, Catalog catalog) {
        var running = deployer.start();
        var here = here(catalog);
        synchronized (this) {
            fromSource = running.stream()
                    .filter(definition -> !here.contains(definition.name()))
                    .toList();
            if (source instanceof CloudSource cloud) {
                cloud.remember(fromSource);
            }
        }
        catalog.start(definitions -> {
            synchronized (this) {
                local = List.copyOf(definitions);
                deployer.want(all());
            }
        });
        source.start(definitions -> {
            synchronized (this) {
                boolean codeOnly = definitions.equals(fromSource);
                fromSource = List.copyOf(definitions);
                deployer.want(all());
                if (codeOnly) {
                    deployer.nudge();
                }
                deployer.applied();
            }
        });
    }

    /// What the catalog defines: nothing if its file cannot be used, which is no reason not to start. The catalog
    /// says so in its health, and tries again.
    private static Set<FnName> here(Catalog catalog) {
        var here = new HashSet<FnName>();
        try {
            catalog.definitions().forEach(definition -> here.add(definition.name()));
        } catch (UncheckedIOException e) {
            LOG.log(Level.WARNING, "starting without this device''s own definitions: {0}", e.getMessage());
        }
        return here;
    }

    /// What was defined here and is not run, as the cloud defines a function of that name.
    List<Status.Function> hidden() {
        return hidden.stream().map(Sources::invalid).toList();
    }

    private List<Definition> all() {
        var merged = merge(fromSource, local);
        merged.hidden.stream()
                .filter(definition -> !hidden.contains(definition))
                .forEach(definition -> LOG.log(Level.WARNING, "{0} {1}", definition.name(), CLASH));
        hidden = merged.hidden;
        return merged.run;
    }

    /// What runs of both, and what does not.
    record Merged(List<Definition> run, List<Definition> hidden) {}

    static Merged merge(List<Definition> fromSource, List<Definition> local) {
        var names = new HashSet<FnName>();
        fromSource.forEach(definition -> names.add(definition.name()));
        var run = new ArrayList<>(fromSource);
        var hidden = new ArrayList<Definition>();
        local.forEach(definition -> (names.contains(definition.name()) ? hidden : run).add(definition));
        return new Merged(List.copyOf(run), List.copyOf(hidden));
    }

    static Status.Function invalid(Definition definition) {
        var image = JsonParser.create(definition.document())
                .readJsonObject()
                .objectValue("fn", JsonObject.empty())
                .stringValue("image", "");
        return new Status.Function(
                definition.name(),
                definition.id(),
                image,
                null,
                Status.Versions.of(image),
                null,
                Status.State.INVALID,
                CLASH,
                List.of(),
                List.of(),
                Status.Calls.NONE);
    }
}
