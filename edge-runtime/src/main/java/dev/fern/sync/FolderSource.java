package dev.fern.sync;

import dev.fern.Definition;
import dev.fern.DefinitionSource;
import dev.fern.FnName;
import dev.fern.Health;
import dev.fern.InvalidDefinitionException;
import dev.fern.Problem;
import dev.fern.Settings;
import dev.fern.Time;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The functions in a folder: it holds one itself, or its sub-folders do, each with a func.yaml. Their app is called as
/// app.yaml beside them says, else as the folder is. Looks at the files' times every 2 s, at those of the code
/// too ([Stamps]): when they are others, the same definitions are handed over again.
///
/// A function whose file makes no sense stays what it was, and [#health] says why. One whose folder is gone is gone at
/// once: unlike a list from a server, a folder is not half there.
public final class FolderSource implements DefinitionSource {
    private static final System.Logger LOG = System.getLogger("fern.sync");
    private static final Duration EVERY = Duration.ofSeconds(2);
    private static final int MOST = 1000;

    private final Path folder;
    private final Resolver resolver;
    private final Rounds rounds;

    // of the look under way; there is only one at a time
    private @Nullable Consumer<List<Definition>> sink;
    private Stamps seen = Stamps.NONE;
    private Map<Path, Definition> lastGood = Map.of();
    private @Nullable List<Definition> handedOver;

    private volatile boolean nudged;
    private volatile Health health;

    /// @param settings with a folder of functions
    public FolderSource(Settings settings, Time time) {
        folder = Objects.requireNonNull(settings.functions(), "no folder in the settings")
                .toAbsolutePath()
                .normalize();
        resolver = new Resolver(settings);
        rounds = new Rounds(time, this::look);
        health = Health.down(folder + " was not read yet", "wait a moment");
    }

    @Override
    public void start(Consumer<List<Definition>> sink) {
        this.sink = sink;
        rounds.start();
    }

    /// Reads all files now, whatever their times say.
    @Override
    public void nudge() {
        nudged = true;
        rounds.nudge();
    }

    private Duration look() {
        boolean asked = nudged;
        nudged = false;
        try {
            var found = functions(folder);
            var now = Stamps.of(found);
            if (asked || handedOver == null || !now.equals(seen)) {
                read(found, !now.code().equals(seen.code()));
                seen = now;
            }
        } catch (IOException e) {
            health = Health.down(
                    "the folder " + folder + " cannot be read: " + e.getMessage(),
                    "see to it, or correct functions in fern.yaml");
            seen = Stamps.NONE;
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "reading the definitions in " + folder + " failed", e);
            health = Health.down("the definitions in " + folder + " could not be taken over", "report this fault");
        }
        return EVERY;
    }

    private static List<FuncFile> functions(Path folder) throws IOException {
        var found = new ArrayList<FuncFile>();
        var app = FuncFile.find(folder, "app");
        if (FuncFile.find(folder, "func") instanceof Path func) {
            found.add(new FuncFile(folder, func, app, name(folder.getParent())));
        }
        try (var children = Files.newDirectoryStream(folder, Files::isDirectory)) {
            for (var entry : children) {
                // the code is read from the folder itself, where a link leads to one
                var child = Files.isSymbolicLink(entry) ? entry.toRealPath() : entry;
                if (FuncFile.find(child, "func") instanceof Path func) {
                    found.add(new FuncFile(child, func, app, name(folder)));
                }
                if (found.size() > MOST) {
                    throw new IOException("it holds more than " + MOST + " functions");
                }
            }
        } catch (NoSuchFileException e) {
            throw new IOException("there is none", e);
        } catch (NotDirectoryException e) {
            throw new IOException("it is no folder", e);
        }
        found.sort(Comparator.comparing(FuncFile::folder));
        return found;
    }

    /// The function that this file defines, in the app that an app.yaml beside it or one folder up names, or else the
    /// folder above is.
    ///
    /// @throws InvalidDefinitionException if a file cannot be read or does not make a function
    public static Definition definition(Path func) throws InvalidDefinitionException {
        var own = Objects.requireNonNull(func.toAbsolutePath().normalize().getParent(), "a file has a folder");
        var above = own.getParent();
        var beside = FuncFile.find(own, "app");
        var app = beside != null || above == null ? beside : FuncFile.find(above, "app");
        return new FuncFile(own, func.toAbsolutePath().normalize(), app, appName(above)).read();
    }

    /// What somebody's folder is called need not be a name on an Fn server, as long as nobody deploys from it.
    private static String appName(@Nullable Path folder) {
        return FuncFile.isApp(name(folder)) ? name(folder) : "app";
    }

    /// The functions of the settings' folder that make sense; none if the settings have no folder.
    public static List<Definition> all(Settings settings) {
        var all = new ArrayList<Definition>();
        if (settings.functions() == null) {
            return all;
        }
        try {
            for (var function : functions(settings.functions().toAbsolutePath().normalize())) {
                try {
                    all.add(function.read());
                } catch (InvalidDefinitionException e) {
                    // somebody else's mistake
                }
            }
        } catch (IOException e) {
            // there are none
        }
        return all;
    }

    /// The functions of the settings' folder that are for devices with other labels.
    public static List<FnName> elsewhere(Settings settings) {
        var resolver = new Resolver(settings);
        return all(settings).stream()
                .filter(definition -> !resolver.chosen(definition))
                .map(Definition::name)
                .toList();
    }

    private static String name(@Nullable Path folder) {
        return folder == null || folder.getFileName() == null
                ? ""
                : folder.getFileName().toString();
    }

    private void read(List<FuncFile> found, boolean rebuilt) {
        var good = new HashMap<Path, Definition>();
        var byName = new TreeMap<FnName, Definition>();
        var problems = new ArrayList<Problem>();
        for (var function : found) {
            var definition = lastGood.get(function.folder());
            try {
                definition = function.read();
            } catch (InvalidDefinitionException e) {
                problems.add(e.problem());
            }
            if (definition == null) {
                continue;
            }
            good.put(function.folder(), definition);
            if (byName.putIfAbsent(definition.name(), definition) != null) {
                problems.add(new Problem(
                        function.func() + " defines " + definition.name() + ", as another folder does",
                        "give one of them another name"));
            }
        }
        lastGood = good;
        health = problems.isEmpty() ? Health.UP : down(problems);
        handOver(byName.values().stream().filter(resolver::chosen).toList(), rebuilt);
    }

    private static Health down(List<Problem> problems) {
        var first = problems.getFirst();
        var more = problems.size() == 1 ? "" : " (and " + (problems.size() - 1) + " more)";
        return Health.down(first.why() + more, first.whatToDo());
    }

    private void handOver(List<Definition> complete, boolean rebuilt) {
        if (sink != null && !rounds.closed() && (rebuilt || !complete.equals(handedOver))) {
            sink.accept(complete);
            handedOver = complete;
        }
    }

    @Override
    public boolean looked() {
        return rounds.looked();
    }

    @Override
    public Map<String, Health> health() {
        return Map.of("functions", health);
    }

    @Override
    public void close() {
        rounds.close();
    }
}
