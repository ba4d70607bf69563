package dev.fern.deploy;

import dev.fern.Bundle;
import dev.fern.Definition;
import dev.fern.Fn;
import dev.fern.InvalidDefinitionException;
import dev.fern.Problem;
import dev.fern.images.ImageException;
import dev.fern.images.Images;
import dev.fern.invoke.Invoker;
import dev.fern.invoke.Version;
import dev.fern.sync.Resolver;
import java.lang.System.Logger.Level;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Gets one version of a function ready beside the one that runs: resolve, check, fetch, load. Waits for
/// registries and for code that loads, so it runs on a virtual thread; a few at once.
final class Preparation {
    /// How it ended.
    sealed interface Outcome {
        record Ready(Version version) implements Outcome {}

        /// @param invalid the definition itself is at fault
        /// @param lasting trying again is of no use until the definition changes
        record Failed(Problem problem, boolean invalid, boolean lasting) implements Outcome {}
    }

    /// Checks a function against all that is accepted already.
    interface Check {
        void check(Fn candidate) throws InvalidDefinitionException;
    }

    private static final int AT_ONCE = 2;
    private static final System.Logger LOG = System.getLogger("fern.deploy");

    private final Resolver resolver;
    private final Images images;
    private final FolderCode folders;
    private final Invoker invoker;
    private final Check check;
    private final Semaphore places = new Semaphore(AT_ONCE);

    Preparation(Resolver resolver, Images images, FolderCode folders, Invoker invoker, Check check) {
        this.resolver = resolver;
        this.images = images;
        this.folders = folders;
        this.invoker = invoker;
        this.check = check;
    }

    /// Makes a version ready, on a virtual thread, which then tells how that went.
    ///
    /// @param digest the one pinned for this definition, or null to ask the registry
    void begin(Definition definition, @Nullable String digest, Consumer<Outcome> done) {
        Thread.ofVirtual().name("fern-prepare " + definition.name()).start(() -> {
            try {
                done.accept(prepare(definition, digest));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException | Error e) { // a bug must not leave the function loading for ever
                LOG.log(Level.ERROR, "preparing " + definition.name() + " failed inside Fern; please report this", e);
                var problem = new Problem("preparing it failed inside Fern: " + e, "please report this");
                done.accept(new Outcome.Failed(problem, false, true));
            }
        });
    }

    private Outcome prepare(Definition definition, @Nullable String digest) throws InterruptedException {
        places.acquire();
        try {
            var fn = resolver.resolve(definition);
            check.check(fn);
            return new Outcome.Ready(invoker.load(fn, bundle(fn, definition, digest)));
        } catch (InvalidDefinitionException e) {
            return new Outcome.Failed(e.problem(), true, true);
        } catch (ImageException e) {
            return new Outcome.Failed(e.problem(), false, e.lasting());
        } finally {
            places.release();
        }
    }

    private Bundle bundle(Fn fn, Definition definition, @Nullable String digest)
            throws ImageException, InvalidDefinitionException, InterruptedException {
        if (FolderCode.isFolder(fn)) {
            return folders.bundle(fn, definition);
        }
        var stored = digest == null ? null : images.stored(digest, fn.allLayers());
        return stored != null ? stored : images.fetch(fn.image(), digest, fn.allLayers());
    }

    /// Asks what the image's reference means now, on a virtual thread, which tells it if the registry does.
    void ask(Definition definition, Consumer<String> answer) {
        Thread.ofVirtual().name("fern-tag " + definition.name()).start(() -> {
            try {
                if (digest(definition) instanceof String digest) {
                    answer.accept(digest);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private @Nullable String digest(Definition definition) throws InterruptedException {
        try {
            var fn = resolver.resolve(definition);
            return FolderCode.isFolder(fn) ? folders.bundle(fn, definition).digest() : images.resolve(fn.image());
        } catch (ImageException | InvalidDefinitionException e) {
            return null; // asked again in ten minutes; what runs goes on
        }
    }
}
