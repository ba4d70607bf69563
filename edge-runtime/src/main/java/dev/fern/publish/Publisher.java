package dev.fern.publish;

import dev.fern.FnName;
import io.helidon.json.JsonObject;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Publishes a function as `fn deploy` does, without Docker. Func.yaml, Fn server and base image are looked at before
/// anything is changed; then the code is built, the version raised, the image pushed, and last the definition changed,
/// so
/// that no device hears of an image that is not there.
public final class Publisher {
    private final Order order;
    private final Steps steps;

    /// @param steps says what takes long
    public Publisher(Order order, Steps steps) {
        this.order = order;
        this.steps = steps;
    }

    /// An image that is in the registry, and the func.yaml as it is then.
    private record Made(Func func, String image, String digest) {}

    /// Does all of it. Blocks, for as long as it takes to build and to push.
    ///
    /// @throws PublishException if it did not come to its end; what was done until then stays
    public Published publish() throws PublishException, InterruptedException {
        var func = read();
        try (var server = new FnServer(order.server(), order.token())) {
            var app = steps.step(
                            "asking the Fn server", () -> Optional.ofNullable(server.find("/v2/apps", order.app())))
                    .orElse(null);
            var made = make(func, app);
            var update = new ServerUpdate(server, made.func);
            var id = steps.step("telling the Fn server", () -> update.carryOut(order.app(), app, made.image));
            var name = new FnName(order.app(), made.func.name());
            return new Published(name, id, made.image, made.digest, update.changes());
        }
    }

    /// Pushes the image and leaves the Fn server as it is.
    ///
    /// @return the image's reference
    public String push() throws PublishException, InterruptedException {
        return make(read(), null).image;
    }

    private Func read() throws PublishException {
        var func = Func.read(order.func());
        func.checkAnnotations();
        Registry.reference(image(func));
        return func;
    }

    private Made make(Func func, @Nullable JsonObject app) throws PublishException, InterruptedException {
        var kind = Code.kind(func.folder(), func.text("runtime"));
        var architectures = BaseImages.architectures(app);
        try (var bases = bases(func, kind, architectures.getFirst())) {
            if (order.build()) {
                new Build(func.folder(), steps).run(kind);
            }
            // what is not built is said before the version is raised
            Code.of(func.folder(), kind, func.definition());
            var raised = bumped(func);
            var code = Code.of(raised.folder(), kind, raised.definition());
            var image = image(raised);
            return new Made(raised, image, push(image, code, bases, architectures));
        }
    }

    private BaseImages bases(Func func, String kind, String architecture)
            throws PublishException, InterruptedException {
        return steps.step("looking at the base image", () -> BaseImages.of(func, kind, order, architecture));
    }

    /// As fn/cli has it, which leaves the tag to the reader where there is no version.
    private String image(Func func) {
        var version = func.text("version");
        return order.registry() + "/" + func.name() + (version.isEmpty() ? "" : ":" + version);
    }

    private Func bumped(Func func) throws PublishException {
        if (!order.bump()) {
            return func;
        }
        var version = func.text("version");
        VersionLine.write(func.file(), version, VersionLine.next(version));
        return Func.read(func.file());
    }

    private String push(String image, Code code, BaseImages bases, List<String> architectures)
            throws PublishException, InterruptedException {
        var target = Registry.reference(image);
        var scratch = Pushing.scratch();
        try (var registry =
                steps.step("asking the registry " + target.getRegistry(), () -> new Registry(target, order, true))) {
            var wanted =
                    architectures.size() == 1 ? List.of(code.architecture(architectures.getFirst())) : architectures;
            return new Pushing(target, registry, bases, steps)
                    .push(code, wanted, scratch)
                    .toString();
        } finally {
            Pushing.remove(scratch);
        }
    }
}
