package dev.fern.journal;

import dev.fern.FnName;
import dev.fern.Link;
import dev.fern.Occurrence;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Finishes what a crash has cut in two: a call that one function handed to another is on disk, and the first one's
/// still owes it. Done before anything runs, as afterwards the second call may have ended, and nothing tells of it. One
/// thread.
final class HandedOn {
    private final Connection connection;
    private final Map<Long, List<Delivery>> changed = new LinkedHashMap<>();

    HandedOn(Connection connection) {
        this.connection = connection;
    }

    /// What is still owed of a call. What tells of a dead call counts as lost then: it is still what makes it dead.
    List<Delivery> left(long seq, FnName fn, List<Delivery> owed) throws SQLException {
        var left = new ArrayList<Delivery>();
        for (var one : owed) {
            if (one.lost() || !isThere(fn, one)) {
                left.add(one);
            } else if (Link.isFailure(one.target())) {
                left.add(one.lost(true));
            }
        }
        if (!left.equals(owed)) {
            changed.put(seq, left);
        }
        return left;
    }

    private boolean isThere(FnName fn, Delivery one) throws SQLException {
        var lane = Link.lane(fn, one.target());
        if (lane == null) {
            return false;
        }
        try (var statement = connection.prepareStatement("SELECT 1 FROM call WHERE once = ?")) {
            statement.setBytes(1, Occurrence.of(lane, one.message()).bytes());
            try (var rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    /// Writes it, if there is anything.
    void write() throws SQLException {
        if (changed.isEmpty()) {
            return;
        }
        try (var statement = connection.prepareStatement("UPDATE call SET owed = ? WHERE seq = ?")) {
            for (var one : changed.entrySet()) {
                statement.setBytes(1, one.getValue().isEmpty() ? null : Codec.deliveries(one.getValue()));
                statement.setLong(2, one.getKey());
                statement.executeUpdate();
            }
        }
        connection.commit();
    }
}
