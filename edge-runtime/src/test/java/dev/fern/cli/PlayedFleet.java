package dev.fern.cli;

import dev.fern.Fleet;
import dev.fern.Health;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/// Devices that tell something else at each look.
final class PlayedFleet implements Fleet {
    private final IntFunction<Map<String, Device>> looks;
    private final TreeMap<String, Device> known = new TreeMap<>();
    Health health = Health.UP;
    int look;
    int nudges;
    long left;

    PlayedFleet(IntFunction<Map<String, Device>> looks) {
        this.looks = looks;
    }

    @Override
    public Health health() {
        return health;
    }

    @Override
    public Map<String, Device> devices() {
        known.putAll(looks.apply(look++));
        return known;
    }

    @Override
    public long heard() {
        return known.size();
    }

    @Override
    public long left() {
        return left;
    }

    @Override
    public void nudge() {
        nudges++;
    }

    @Override
    public void close() {}
}
