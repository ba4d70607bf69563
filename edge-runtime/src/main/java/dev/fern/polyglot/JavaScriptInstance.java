package dev.fern.polyglot;

import dev.fern.Call;
import dev.fern.CallLog;
import dev.fern.FunctionRuntime;
import dev.fern.Result;
import java.time.Instant;

/// One instance of a JavaScript function.
final class JavaScriptInstance implements FunctionRuntime.Instance {
    private final Machine machine;

    JavaScriptInstance(Machine machine) {
        this.machine = machine;
    }

    @Override
    public Result call(Call call, Instant deadline, CallLog log) throws InterruptedException {
        return machine.call(call, deadline, log);
    }

    @Override
    public void stop() {
        machine.stop();
    }

    @Override
    public boolean spent() {
        return machine.spent();
    }

    @Override
    public void close() {
        machine.close();
    }
}
