package dev.fern.journal;

import dev.fern.Binding;
import dev.fern.Call;
import dev.fern.FnName;
import dev.fern.InvalidDefinitionException;
import dev.fern.Occurrence;
import dev.fern.Trigger;
import dev.fern.WalMeter;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// The file: a table of calls, and one of marks. One thread.
///
/// ```
/// call: seq PK | id | lane | fn | trigger | binding | state | attempt | accepted_ms | reason | event | owed | once
/// gone: fn PK | age_ms
/// mark: name PK | value
/// meta: format = 1 | min_reader = 1
/// ```
/// `gone` has the functions that are not wanted any more, with how long they have not been.
/// `event` and `owed` as [Codec] has them; `once` is the [Occurrence] of a CloudEvent. Columns are only ever added; a
/// layout that older readers would
/// misread raises `min_reader`. Pages are small, as SQLite writes whole ones, and a call changes as few as can be: only
/// calls that are queued, or dead, or of CloudEvents are in an index.
final class Store implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("fern.journal");
    /// Bytes in the log at which it is copied into the file and begun again.
    private static final int LOG_BYTES = 2 << 20;
    private static final String COLUMNS =
            "seq, id, lane, fn, trigger, binding, state, attempt, accepted_ms, reason, event, owed";

    private final WalMeter log;
    private final Connection connection;
    private final PreparedStatement put;
    private final PreparedStatement forget;
    private final PreparedStatement inLane;
    private final PreparedStatement one;
    private final PreparedStatement trimDead;
    private final PreparedStatement mark;

    /// @param written counts the bytes that go to disk
    Store(Path file, LongAdder written) throws SQLException, NewerFormatException {
        log = new WalMeter(file, written);
        connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (var statement = connection.createStatement()) {
            Schema.prepare(statement, file);
        } catch (SQLException | NewerFormatException e) {
            connection.close();
            throw e;
        }
        log.look();
        connection.setAutoCommit(false);
        put = connection.prepareStatement("INSERT INTO call(" + COLUMNS + ", once) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
                + " ON CONFLICT(seq) DO UPDATE SET state = excluded.state, attempt = excluded.attempt,"
                + " reason = excluded.reason, owed = excluded.owed");
        forget = connection.prepareStatement("DELETE FROM call WHERE seq = ?");
        inLane = connection.prepareStatement(
                "SELECT " + COLUMNS + " FROM call WHERE state = 0 AND lane = ? AND seq > ? ORDER BY seq LIMIT ?");
        one = connection.prepareStatement("SELECT " + COLUMNS + " FROM call WHERE seq = ?");
        trimDead = connection.prepareStatement("DELETE FROM call WHERE seq IN"
                + " (SELECT seq FROM call WHERE state = 3 ORDER BY seq DESC LIMIT -1 OFFSET ?)");
        mark = connection.prepareStatement(
                "INSERT INTO mark(name, value) VALUES (?,?) ON CONFLICT(name) DO UPDATE SET value = excluded.value");
    }

    void put(Entry entry) throws SQLException {
        var call = entry.call();
        put.setLong(1, entry.seq());
        put.setString(2, call.id());
        put.setString(3, entry.lane());
        put.setString(4, call.trigger().fn().toString());
        put.setString(5, call.trigger().name());
        put.setString(6, call.trigger().binding().toString());
        put.setInt(7, entry.state().code);
        put.setInt(8, call.attempt());
        put.setLong(9, call.acceptedAt().toEpochMilli());
        put.setString(10, entry.reason());
        put.setBytes(11, Codec.event(call.event()));
        put.setBytes(12, entry.owed().isEmpty() ? null : Codec.deliveries(entry.owed()));
        var once = Occurrence.of(call.trigger(), call.event());
        put.setBytes(13, once == null ? null : once.bytes());
        put.executeUpdate();
    }

    private List<Occurrence> events() throws SQLException {
        var events = new ArrayList<Occurrence>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "SELECT once FROM call INDEXED BY call_once WHERE once IS NOT NULL AND state <> 3"
                                + " AND binding NOT LIKE 'fn:%'"
                                + " ORDER BY seq DESC LIMIT " + Recovered.EVENTS_MOST)) {
            while (rows.next()) {
                events.add(Occurrence.of(rows.getBytes(1)));
            }
        }
        return events.reversed();
    }

    void forget(long seq) throws SQLException {
        forget.setLong(1, seq);
        forget.executeUpdate();
    }

    void mark(String name, long value) throws SQLException {
        mark.setString(1, name);
        mark.setLong(2, value);
        mark.executeUpdate();
    }

    Map<String, Long> marks() throws SQLException {
        var marks = new HashMap<String, Long>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT name, value FROM mark")) {
            while (rows.next()) {
                marks.put(rows.getString(1), rows.getLong(2));
            }
        }
        return marks;
    }

    /// Keeps the newest dead calls.
    ///
    /// @return how many were forgotten
    int trimDead(int most) throws SQLException {
        trimDead.setInt(1, most);
        return trimDead.executeUpdate();
    }

    /// A function whose calls were forgotten, with how many there were.
    record Forgotten(String fn, long calls, long bytes, long dead) {}

    /// Lets time pass for functions with calls here that are not among these, and forgets the calls of those for which
    /// it has come to more than `mostMs`.
    List<Forgotten> age(Set<String> wanted, long passedMs, long mostMs) throws SQLException {
        var forgotten = new ArrayList<Forgotten>();
        for (var fn : texts("SELECT fn FROM gone")) {
            if (wanted.contains(fn)) {
                run("DELETE FROM gone WHERE fn = ?", fn);
            }
        }
        run("UPDATE gone SET age_ms = age_ms + " + passedMs);
        for (var fn : texts("SELECT DISTINCT fn FROM call")) {
            if (!wanted.contains(fn)) {
                run("INSERT OR IGNORE INTO gone VALUES (?, 0)", fn);
            }
        }
        for (var fn : texts("SELECT fn FROM gone WHERE age_ms > " + mostMs)) {
            forgotten.add(count(fn));
            run("DELETE FROM call WHERE fn = ?", fn);
            run("DELETE FROM gone WHERE fn = ?", fn);
        }
        return forgotten;
    }

    private Forgotten count(String fn) throws SQLException {
        try (var query = connection.prepareStatement("SELECT count(*) FILTER (WHERE state <> 3),"
                + " coalesce(sum(length(event)) FILTER (WHERE state <> 3), 0), count(*) FILTER (WHERE state = 3)"
                + " FROM call WHERE fn = ?")) {
            query.setString(1, fn);
            try (var row = query.executeQuery()) {
                return row.next()
                        ? new Forgotten(fn, row.getLong(1), row.getLong(2), row.getLong(3))
                        : new Forgotten(fn, 0, 0, 0);
            }
        }
    }

    private List<String> texts(String sql) throws SQLException {
        var texts = new ArrayList<String>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }

    private void run(String sql, String... values) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    /// Makes all since the last commit safe, with one sync.
    void commit() throws SQLException {
        connection.commit();
        log.look();
    }

    /// Keeps the log short. After a commit, when nobody waits.
    void tidy() {
        if (log.bytes() < LOG_BYTES) {
            return;
        }
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("PRAGMA wal_checkpoint(PASSIVE)")) {
            if (row.next() && row.getInt(1) == 0 && row.getInt(2) == row.getInt(3)) {
                log.checkpointed();
            }
        } catch (SQLException e) {
            // all is safe in the log; it is tried again after the next batch, which has the same trouble if it lasts
        }
    }

    /// Takes back all since then, after a failure.
    void rollback() throws SQLException {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // when the disk is full SQLite has done so itself, and the driver waits for a transaction that is gone
            try (var statement = connection.createStatement()) {
                statement.execute("BEGIN");
            } catch (SQLException inOne) {
                e.addSuppressed(inOne);
                throw e;
            }
        }
    }

    List<Entry> inLane(String lane, long after, int most) throws SQLException {
        inLane.setString(1, lane);
        inLane.setLong(2, after);
        inLane.setInt(3, most);
        return entries(inLane);
    }

    @Nullable Entry one(long seq) throws SQLException {
        one.setLong(1, seq);
        var found = entries(one);
        return found.isEmpty() ? null : found.getFirst();
    }

    @Nullable Entry dead(String id) throws SQLException {
        try (var query = connection.prepareStatement(
                "SELECT " + COLUMNS + " FROM call WHERE id = ? AND state = 3 ORDER BY seq DESC LIMIT 1")) {
            query.setString(1, id);
            var found = entries(query);
            return found.isEmpty() ? null : found.getFirst();
        }
    }

    /// Calls for people: the dead, newest first, or the others, oldest first.
    List<Entry> list(boolean dead, int most) throws SQLException {
        try (var query = connection.prepareStatement("SELECT " + COLUMNS + " FROM call WHERE "
                + (dead ? "state = 3 ORDER BY seq DESC" : "state <> 3 ORDER BY seq") + " LIMIT ?")) {
            query.setInt(1, most);
            return entries(query);
        }
    }

    /// What was found at the start.
    Recovered recovered() throws SQLException {
        var lanes = new ArrayList<Recovered.Lane>();
        var waiting = new ArrayList<Recovered.Waiting>();
        var answered = new ArrayList<Recovered.Answered>();
        long calls = 0;
        long dead = 0;
        long last = 0;
        var handedOn = new HandedOn(connection);
        try (var statement = connection.createStatement()) {
            try (var rows = statement.executeQuery(
                    "SELECT lane, fn, count(*) FROM call WHERE state = 0 GROUP BY lane ORDER BY min(seq)")) {
                while (rows.next()) {
                    lanes.add(new Recovered.Lane(rows.getString(1), FnName.parse(rows.getString(2)), rows.getInt(3)));
                }
            }
            try (var rows = statement.executeQuery("SELECT seq, fn FROM call WHERE state = 1 ORDER BY seq")) {
                while (rows.next()) {
                    waiting.add(new Recovered.Waiting(rows.getLong(1), FnName.parse(rows.getString(2))));
                }
            }
            try (var rows = statement.executeQuery("SELECT seq, fn, owed FROM call WHERE state = 2 ORDER BY seq")) {
                while (rows.next()) {
                    answered.add(answered(rows, handedOn));
                }
            }
            handedOn.write();
            try (var row = statement.executeQuery(
                    "SELECT count(*) FILTER (WHERE state <> 3), count(*) FILTER (WHERE state = 3), max(seq) FROM call")) {
                if (row.next()) {
                    calls = row.getLong(1);
                    dead = row.getLong(2);
                    last = row.getLong(3);
                }
            }
        }
        return new Recovered(lanes, waiting, answered, events(), calls, bytes(), dead, last);
    }

    private static Recovered.Answered answered(ResultSet row, HandedOn handedOn) throws SQLException {
        long seq = row.getLong(1);
        var fn = FnName.parse(row.getString(2));
        try {
            var owed = row.getBytes(3);
            var deliveries = owed == null ? List.<Delivery>of() : Codec.deliveries(owed);
            return new Recovered.Answered(
                    seq,
                    fn,
                    handedOn.left(seq, fn, deliveries).stream()
                            .filter(one -> !one.lost())
                            .map(one -> new Recovered.Owed(
                                    one.target(), one.message().size()))
                            .toList());
        } catch (IOException e) {
            LOG.log(Level.ERROR, "what call {0} of {1} owes cannot be read: {2}", seq, fn, e.getMessage());
            return new Recovered.Answered(seq, fn, List.of());
        }
    }

    private long bytes() throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT coalesce(sum(length(event)), 0) FROM call WHERE state <> 3")) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /// One that cannot be read hides no other.
    private static List<Entry> entries(PreparedStatement query) throws SQLException {
        var entries = new ArrayList<Entry>();
        try (var rows = query.executeQuery()) {
            while (rows.next()) {
                try {
                    entries.add(entry(rows));
                } catch (IOException e) {
                    LOG.log(Level.ERROR, "call {0} cannot be read: {1}", rows.getString(2), e.getMessage());
                }
            }
        }
        return entries;
    }

    private static Entry entry(ResultSet row) throws SQLException, IOException {
        Binding binding;
        try {
            binding = Binding.parse(row.getString(6));
        } catch (InvalidDefinitionException e) {
            throw new IOException("call " + row.getString(2) + " has no readable trigger", e);
        }
        var trigger = new Trigger(FnName.parse(row.getString(4)), row.getString(5), binding);
        var call = new Call(
                row.getString(2),
                trigger,
                Codec.event(row.getBytes(11)),
                row.getInt(8),
                Instant.ofEpochMilli(row.getLong(9)));
        var owed = row.getBytes(12);
        return new Entry(
                row.getLong(1),
                row.getString(3),
                call,
                Entry.State.of(row.getInt(7)),
                row.getString(10),
                owed == null ? List.of() : Codec.deliveries(owed));
    }

    @Override
    public void close() throws SQLException {
        connection.close();
        log.close();
    }
}
