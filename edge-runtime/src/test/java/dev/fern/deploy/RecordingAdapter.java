package dev.fern.deploy;

import dev.fern.Adapter;
import dev.fern.Fn;
import dev.fern.Health;
import dev.fern.Intake;
import dev.fern.InvalidDefinitionException;
import dev.fern.Target;
import dev.fern.Trigger;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// An adapter that keeps what it was bound to.
final class RecordingAdapter implements Adapter {
    private final List<List<String>> bindings = new CopyOnWriteArrayList<>();
    private volatile @Nullable String taken;

    /// The addresses of each binding.
    List<List<String>> bindings() {
        return bindings;
    }

    /// The addresses that are listened to now, sorted.
    List<String> addresses() {
        return bindings.isEmpty() ? List.of() : bindings.getLast();
    }

    void forget() {
        bindings.clear();
    }

    /// From now on a second function at that address is refused.
    void refuseFurther(String address) {
        taken = address;
    }

    @Override
    public Set<String> types() {
        return Set.of("mqtt", Trigger.INVOKE);
    }

    @Override
    public void check(Fn candidate, Collection<Fn> accepted) throws InvalidDefinitionException {
        boolean clash =
                candidate.triggers().stream().anyMatch(one -> one.address().equals(taken))
                        && accepted.stream()
                                .anyMatch(fn -> fn.triggers().stream()
                                        .anyMatch(one -> one.address().equals(taken)));
        if (clash) {
            throw new InvalidDefinitionException(taken + " is taken", "take another");
        }
    }

    @Override
    public void start(Intake intake) {}

    @Override
    public void bind(Collection<Trigger> triggers, Collection<Target> targets) {
        bindings.add(triggers.stream().map(Trigger::address).sorted().toList());
    }

    @Override
    public Health health(Trigger trigger) {
        return Health.UP;
    }

    @Override
    public Map<String, Health> health() {
        return Map.of();
    }

    @Override
    public void close() {}
}
