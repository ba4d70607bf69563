package dev.fern.fdk;

import dev.fern.Console;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.function.Function;

/// Stands in [System#out] and [System#err]: what the JDK prints for a function (stack traces, uncaught exceptions) goes
/// to the function, all else where it went before.
final class StandardStreams implements AutoCloseable {
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final PrintStream outRouted = new Printer(new Router(out, Console::out), out.charset());
    private final PrintStream errRouted = new Printer(new Router(err, Console::err), err.charset());

    StandardStreams() {
        System.setOut(outRouted);
        System.setErr(errRouted);
    }

    /// Puts back what was there, unless somebody else has come since.
    @Override
    @SuppressWarnings("ReferenceEquality")
    public void close() {
        if (System.out == outRouted) {
            System.setOut(out);
        }
        if (System.err == errRouted) {
            System.setErr(err);
        }
    }

    private static final class Router extends FilterOutputStream {
        private final Function<Console, OutputStream> stream;

        Router(PrintStream daemons, Function<Console, OutputStream> stream) {
            super(daemons);
            this.stream = stream;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            var scope = Scope.current();
            (scope == null ? out : stream.apply(scope.console())).write(bytes, offset, length);
        }
    }
}
