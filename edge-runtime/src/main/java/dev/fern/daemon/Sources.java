package dev.fern.daemon;

import dev.fern.Definition;
import dev.fern.DefinitionSource;
import dev.fern.FnName;
import dev.fern.catalog.Catalog;
import dev.fern.deploy.Deployer;
import dev.fern.sync.CloudSource;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Local and cloud functions in one name space: on a clash the cloud's wins.
final class Sources {
    private static final System.Logger LOG = System.getLogger("fern.daemon");

    private List<Definition> fromSource = List.of();
    private List<Definition> local = List.of();
    private Set<FnName> clashes = Set.of();

    /// What the source that the device follows defines, as far as it was read.
    synchronized List<Definition> fromSource() {
        return fromSource;
    }

    /// Starts the deployer with its copy, then both sources. What the copy holds counts as read until the
    /// source has been.
    void start(Deployer deployer, DefinitionSource source, Catalog catalog) {
        var running = deployer.start();
        var here = new HashSet<FnName>();
        catalog.definitions().forEach(definition -> here.add(definition.name()));
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
                fromSource = List.copyOf(definitions);
                deployer.want(all());
                deployer.applied();
            }
        });
    }

    private List<Definition> all() {
        var names = new HashSet<FnName>();
        var all = new ArrayList<>(fromSource);
        fromSource.forEach(definition -> names.add(definition.name()));
        var clashing = new HashSet<FnName>();
        for (var definition : local) {
            if (names.add(definition.name())) {
                all.add(definition);
            } else {
                clashing.add(definition.name());
            }
        }
        if (!clashing.equals(clashes)) {
            clashing.forEach(name -> LOG.log(
                    Level.WARNING,
                    "{0} is defined here and in the cloud: the cloud''s runs; rename or delete the one made here",
                    name));
        }
        clashes = clashing;
        return all;
    }
}
