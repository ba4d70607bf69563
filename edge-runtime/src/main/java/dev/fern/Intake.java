package dev.fern;

import java.util.concurrent.CompletionStage;

/// Where events come in. Any thread; nothing here waits but [#invoke].
public interface Intake {
    /// Takes on a call for each event that a source gives away.
    ///
    /// @throws IntakeFullException if there is no room; the source keeps the event or counts it as lost
    Receipt accept(Trigger trigger, Event event) throws IntakeFullException;

    /// The same, for a source that has to note that the event is taken before the call can run.
    ///
    /// @param taken runs when the receipt is done, before anything else comes of it; must be short
    default Receipt accept(Trigger trigger, Event event, Runnable taken) throws IntakeFullException {
        var receipt = accept(trigger, event);
        receipt.done().thenRun(taken);
        return receipt;
    }

    /// Runs the function at once and waits for its answer: never on disk, never retried, not behind the backlog.
    Result invoke(Trigger trigger, Event event) throws InterruptedException;

    /// What the source holds for an accepted event.
    interface Receipt {
        /// Completes when the source may be told "done": the work is done, or the call is on disk. Never
        /// fails. Code that hangs on it must be short: it runs on the thread that finished the work.
        CompletionStage<Void> done();

        /// The source cannot wait any longer: put the call on disk, then complete [#done]. Calls of one trigger must be
        /// kept oldest first.
        void keep();

        /// The source still has the event and will deliver it again: forget the call if it has not started.
        void withdraw();
    }
}
