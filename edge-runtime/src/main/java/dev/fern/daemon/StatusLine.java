package dev.fern.daemon;

import dev.fern.CallInfo;
import dev.fern.Control;
import dev.fern.Health;
import dev.fern.Status;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Says in a line how the device is, whenever that has changed. Any thread.
final class StatusLine implements Control.Listener {
    private final Supplier<Status> status;
    private final Consumer<String> reader;
    private String last = "";

    StatusLine(Supplier<Status> status, Consumer<String> reader) {
        this.status = status;
        this.reader = reader;
    }

    static String of(Status status) {
        var words = new StringBuilder();
        long ready = status.functions().stream()
                .filter(fn -> fn.state() == Status.State.READY)
                .count();
        words.append(ready).append(" of ").append(status.functions().size()).append(" functions ready");
        var down = status.health().entrySet().stream()
                .filter(part -> part.getValue() instanceof Health.Down)
                .map(Map.Entry::getKey)
                .sorted()
                .collect(Collectors.joining(", "));
        if (!down.isEmpty()) {
            words.append("; not there: ").append(down);
        }
        return words.append("; see: fern status").toString();
    }

    @Override
    public synchronized void statusChanged() {
        var line = of(status.get());
        if (!line.equals(last)) {
            last = line;
            reader.accept(line);
        }
    }

    @Override
    public void died(CallInfo call) {
        // the next change tells
    }
}
