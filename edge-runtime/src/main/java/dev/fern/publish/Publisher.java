package dev.fern.publish;

import dev.fern.FnName;
import java.util.List;
import java.util.Optional;

/// Publishes a function as `fn deploy` does, without Docker. Func.yaml, Fn server and base image are looked at before
/// anything is changed; then the code is built, the version raised, the image pushed, and last the definition changed, so
/// that no device hears of an image that is not there.
public final class Publisher {
    private final Order order;
    private final Steps steps;

    /// @param steps says what takes long
    public Publisher(Order order, Steps steps) {
        this.order = order;
        this.steps = steps;
    }

    /// Does all of it. Blocks, for as long as it takes to build and to push.
    ///
    /// @throws PublishException if it did not come to its end; what was done until then stays
    public Published publish() throws PublishException, InterruptedException {
        var func = Func.read(order.func());
        func.checkAnnotations();
        Registry.reference(image(func));
        var kind = Code.kind(func.folder(), func.text("runtime"));
        try (var server = new FnServer(order.server(), order.token())) {
            var app = steps.step(
                            "asking the Fn server", () -> Optional.ofNullable(server.find("/v2/apps", order.app())))
                    .orElse(null);
            var architectures = BaseImages.architectures(app);
            try (var bases = bases(func, kind, architectures.getFirst())) {
                if (order.build()) {
                    new Build(func.folder(), steps).run(kind);
                }
                // what is not built is said before the version is raised
                Code.of(func.folder(), kind, func.definition());
                func = bumped(func);
                var code = Code.of(func.folder(), kind, func.definition());
                var digest = push(image(func), code, bases, architectures);
                var update = new ServerUpdate(server, func);
                var id = update.carryOut(order.app(), app, image(func));
                return new Published(
                        new FnName(order.app(), func.name()), id, image(func), digest, update.changes());
            }
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
            var wanted = architectures.size() == 1
                    ? List.of(code.architecture(architectures.getFirst()))
                    : architectures;
            return new Pushing(target, registry, bases, steps)
                    .push(code, wanted, scratch)
                    .toString();
        } finally {
            Pushing.remove(scratch);
        }
    }
}
