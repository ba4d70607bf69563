package dev.fern.e2e.fault;

import dev.fern.e2e.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The broker is away for seconds, comes back with another password for the device, and in the end with the right one.
final class BrokerRefuses implements Scenario {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int AWAY_MS = 4000;

    private final Slow slow = new Slow("durable=broker", "", Harm.Play.WORK_MS);

    /// The broker's list of users. Whoever gives no name may come in, as the other end of the line does.
    private static final class Users implements Extra {
        private @Nullable Sandbox sandbox;
        private @Nullable Path list;
        private @Nullable Path password;

        @Override
        public Map<String, String> prepare(Sandbox sandbox, Path functions) throws IOException, InterruptedException {
            this.sandbox = sandbox;
            list = sandbox.folder().resolve("users");
            password = Files.writeString(sandbox.folder().resolve("password"), "right\n");
            say("right");
            return Map.of();
        }

        /// Lets the device in with that password only.
        void say(String right) throws IOException, InterruptedException {
            if (sandbox != null) {
                sandbox.start(List.of("mosquitto_passwd", "-c", "-b", String.valueOf(list), "device", right), Map.of())
                        .awaitSuccess(SOON);
            }
        }

        @Override
        public String broker() {
            return "password_file " + list;
        }

        @Override
        public String mqtt() {
            return ", username: device, password-file: \"" + password + "\"";
        }
    }

    @Override
    public String name() {
        return "broker away, then refusing";
    }

    @Override
    public String promise() {
        return "While the broker is away, or refuses the device, the status says why and what to do; once it lets it in, it goes on by"
                + " itself and no message is lost.";
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        var users = new Users();
        return Harm.play(this, plan, plan.share(10), () -> new Ground(slow, users), play -> {
            var ground = play.ground();
            ground.broker.stop();
            play.cuts().add(Set.of());
            play.await(() -> ground.says("nobody listens at "), "it does not say that the broker is away");
            play.moment(AWAY_MS);
            users.say("wrong");
            ground.broker.restart();
            play.await(() -> ground.says("refused the user device"), "it does not say that it is refused");
            play.await(() -> ground.says("password-file"), "it does not say what to do");
            users.say("right");
            ground.broker.stop();
            ground.broker.restart();
            ground.fern.awaitListening();
            play.awaitMessages();
        });
    }
}
