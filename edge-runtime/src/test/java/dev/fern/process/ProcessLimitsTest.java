package dev.fern.process;

import dev.fern.Bundle;
import dev.fern.FunctionRuntime;
import dev.fern.Metrics;
import dev.fern.invoke.LimitsContract;
import dev.fern.kit.Await;
import dev.fern.kit.NodeFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/// Bad functions in processes of their own: in Python, in JavaScript under the real node with the official FDK, and in
/// the shell, which starts the Python one beside what it does.
class ProcessLimitsTest extends LimitsContract {
    private static final Path NO_LAUNCHER = Path.of("/nonexistent");
    private static final String SLEEP = "98765.4321";

    @TempDir
    static Path state;

    private ProcessRuntime runtime =
            new ProcessRuntime(Booth.FDK, Path.of("."), NO_LAUNCHER, Booth.ANSWER_BYTES, new Metrics());

    @Override
    protected FunctionRuntime runtime() {
        runtime = new ProcessRuntime(Booth.FDK, state, NO_LAUNCHER, Booth.ANSWER_BYTES, new Metrics());
        return runtime;
    }

    @Override
    protected int memoryMb() {
        return 128;
    }

    @Override
    protected Bundle bundle(Path folder, String code) {
        var language = code.substring(0, code.indexOf(':'));
        var text = code.substring(language.length() + 1).strip() + "\n";
        var function = folder.resolve("function");
        var python = List.of("python3", "-u", "func.py");
        Booth.write(function.resolve("func.py"), Booth.resource("func.py"));
        return switch (language) {
            case "py" -> {
                Booth.write(function.resolve("bad.py"), text.replace(";;", "\n"));
                yield bundle(folder, python);
            }
            case "node" -> {
                node(function, text);
                yield bundle(folder, List.of("node", "func.js"));
            }
            default -> {
                Booth.write(function.resolve("bad.py"), "open('/tmp/go', 'w')\nimport time\ntime.sleep(1e6)");
                Booth.write(function.resolve("func.sh"), text.replace(";;", "\n"));
                yield bundle(folder, List.of("sh", "func.sh"));
            }
        };
    }

    private static Bundle bundle(Path folder, List<String> entrypoint) {
        return new Bundle("sha256:0", folder, entrypoint, List.of(), Map.of("SLEEP", SLEEP), "/function");
    }

    private static void node(Path function, String code) {
        Booth.write(function.resolve("func.js"), """
                const kept = []
                let n = 0
                const never = () => new Promise(() => {})
                function deep (i) { return deep(i + 1) + 1 }
                require('@fnproject/fdk').handle(async (input, ctx) => {
                  ctx.responseContentType = 'text/plain'
                  if (input !== 'bad') return input
                  ;%s
                }, { inputMode: 'string' })
                """.formatted(code));
        try {
            NodeFunction.installInto(function);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// Children of a function that was ended are ended too.
    @Override
    protected void awaitEnded() throws InterruptedException {
        Await.until(
                "no child is left",
                () -> ProcessHandle.allProcesses()
                        .noneMatch(one -> one.info().commandLine().orElse("").contains(SLEEP)));
    }

    /// Name, how the call ends, what its reason, answer or log says, language and code; `;;` ends a line.
    private static final String BAD = """
            loop | TIME |  | py: while True: pass
            loop that catches all | TIME |  | py: while True:;;  try: raise SystemExit;;  except BaseException: pass
            deaf to signals | TIME |  | py: import signal, time;;for s in set(signal.Signals) - {9, 19}: signal.signal(s, signal.SIG_IGN);;while True: time.sleep(1)
            child that is deaf to signals | TIME |  | py: import os, signal, time;;for s in (1, 2, 15): signal.signal(s, signal.SIG_IGN);;if os.fork() == 0: os.execvp('sleep', ['sleep', os.environ['SLEEP']]);;time.sleep(1e6)
            orphan of an orphan | TIME |  | py: import os, time;;if os.fork() == 0:;;  os.setsid();;  if os.fork() == 0: os.execvp('sleep', ['sleep', os.environ['SLEEP']]);;  os._exit(0);;time.sleep(1e6)
            stopped by itself | TIME |  | py: import os, signal;;os.kill(os.getpid(), signal.SIGSTOP)
            lock for ever | TIME |  | py: import threading;;one = threading.Lock();;one.acquire();;one.acquire()
            half an answer | TIME |  | py: status = None;;request.wfile.write(b'HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nhalf');;request.wfile.flush();;while True: pass
            answer in drops | TIME |  | py: import time;;status = None;;request.wfile.write(b'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n');;while True:;;  request.wfile.write(b'1\\r\\nx\\r\\n'); request.wfile.flush(); time.sleep(0.05)
            loop in node | TIME |  | node: for (;;) n++
            microtasks of node without end | TIME |  | node: const again = () => queueMicrotask(again); again(); await never()
            promise of node that is never kept | TIME |  | node: await never()
            shell that is deaf to signals | TIME |  | sh: trap '' HUP INT TERM;;sleep $SLEEP &;;python3 -u func.py & while :; do wait; done
            hog of a list | MEMORY | more than its memory of 128 MB | py: while True: kept.setdefault('hog', []).append(bytearray(b'x') * (1 << 20))
            hog of children | MEMORY | more than its memory of 128 MB | py: import os, time;;for i in range(10):;;  if os.fork() == 0:;;    hog = bytearray(b'x') * (20 << 20);;    time.sleep(100);;time.sleep(100)
            hog of a thread | MEMORY | more than its memory of 128 MB | py: import threading, time;;def grow():;;  while True: kept.setdefault('hog', []).append(bytearray(b'x') * (1 << 20));;threading.Thread(target=grow).start();;time.sleep(1e6)
            hog of shared memory | MEMORY | more than its memory of 128 MB | py: import mmap, time;;hog = mmap.mmap(-1, 300 << 20);;for i in range(300): hog[i << 20:(i + 1) << 20] = b'x' * (1 << 20);;time.sleep(1e6)
            hog of files in memory | MEMORY | more than its memory of 128 MB | py: import os, time;;all = [os.memfd_create('hog') for i in range(20)];;for one in all: os.write(one, b'x' * (20 << 20));;time.sleep(1e6)
            hog of deleted files | MEMORY | more than its memory of 128 MB | py: import os, time;;all = [];;for i in range(20):;;  all.append(os.open('/tmp/iofs/x', os.O_CREAT | os.O_WRONLY)); os.unlink('/tmp/iofs/x'); os.write(all[-1], b'x' * (20 << 20));;time.sleep(1e6)
            hog of arrays in node | FAILS |  | node: for (;;) kept.push([n++, n++, n++])
            hog of buffers in node | MEMORY | more than its memory of 128 MB | node: for (;;) kept.push(Buffer.alloc(1e6, 1))
            one huge typed array in node | MEMORY | more than its memory of 128 MB | node: new Uint8Array(2**31-1).fill(1); await never()
            files beside its socket | FAILS | files beside its socket | py: import time;;for n in range(10000): open('/tmp/iofs/' + str(n), 'w').write('x' * 1000);;time.sleep(100)
            folder beside its socket | FAILS | files beside its socket | py: import os, time;;os.mkdir('/tmp/iofs/d');;for n in range(50): open('/tmp/iofs/d/' + str(n), 'w').write('x' * 1000);;time.sleep(100)
            one large file beside its socket | FAILS | files beside its socket | py: import time;;file = open('/tmp/iofs/x', 'wb');;for n in range(10): file.write(b'x' * (1 << 20));;time.sleep(100)
            writing to /tmp without end | ANSWERS | No space left | py: n = 0;;try:;;  while True: open('/tmp/' + str(n), 'wb').write(b'x' * (1 << 20)); n += 1;;except OSError as e: answer = e.strerror;;import os;;for i in range(n + 1): os.unlink('/tmp/' + str(i))
            writing to /dev/shm without end | ANSWERS | No space left | py: n = 0;;try:;;  while True: open('/dev/shm/' + str(n), 'wb').write(b'x' * (1 << 20)); n += 1;;except OSError as e: answer = e.strerror
            writing elsewhere | ANSWERS | refused 5 | py: n = 0;;for path in ('/x', '/etc/x', '/usr/x', '/function/x', '/dev/x'):;;  try: open(path, 'w');;  except OSError: n += 1;;answer = 'refused ' + str(n)
            one endless file | ANSWERS | File too large | py: import signal;;signal.signal(signal.SIGXFSZ, signal.SIG_IGN);;try:;;  with open('/tmp/one', 'wb') as file:;;    file.truncate(1 << 40);;except OSError as e: answer = e.strerror
            fork bomb | FAILS | Resource temporarily unavailable | py: import os;;try:;;  while True:;;    if os.fork() == 0: os.execvp('sleep', ['sleep', os.environ['SLEEP']]);;except OSError as e: print(e.strerror, flush=True);;os._exit(3)
            bomb of forks that fork | EITHER |  | py: import os;;while True:;;  try: os.fork();;  except OSError: pass
            bomb of threads | ANSWERS | can't start new thread | py: import threading, time;;try:;;  while True: threading.Thread(target=time.sleep, args=[1e6], daemon=True).start();;except RuntimeError as e: answer = e
            open files without end | ANSWERS | Too many open files | py: all = [];;try:;;  while True: all.append(open('/dev/null'));;except OSError as e: answer = e.strerror
            connections without end | ANSWERS | Too many open files | py: import socket;;all = [];;try:;;  while True: all.append(socket.socket());;except OSError as e: answer = e.strerror
            deep recursion | FAILS | RecursionError | py: deep = lambda i: deep(i + 1) + 1;;scope = {};;exec('def deep(i): return deep(i + 1) + 1', scope);;scope['deep'](0)
            deep recursion in node | FAILS | Maximum call stack size exceeded | node: return String(deep(0))
            huge answer | FAILS | larger than 256 KB | py: answer = 'x' * (1 << 20)
            endless answer | FAILS | larger than 256 KB | py: status = None;;w = request.wfile;;w.write(b'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n');;while True: w.write(b'100\\r\\n' + b'x' * 256 + b'\\r\\n')
            endless fields of an answer | FAILS | was stopped | py: status = None;;w = request.wfile;;w.write(b'HTTP/1.1 200 OK\\r\\n');;while True: w.write(b'x: y\\r\\n')
            huge answer of node | FAILS | larger than 256 KB | node: return 'x'.repeat(1 << 20)
            flood of output | ANSWERS | the rest is dropped | py: for i in range(100000): print('line', i);;answer = 'fine'
            one endless line | ANSWERS | xxx... | py: for i in range(100): print('x' * 100000, end='');;print();;answer = 'fine'
            flood of output of node | ANSWERS | the rest is dropped | node: for (let i = 0; i < 1e5; i++) console.log('line ' + i); return 'fine'
            closed streams | ANSWERS | fine | py: import os;;for n in (0, 1, 2): os.close(n);;answer = 'fine'
            closed connection | FAILS | broke off the call | py: import socket;;request.connection.shutdown(socket.SHUT_RDWR);;status = None
            exit | FAILS | its exit status is 3 | py: import os;;os._exit(3)
            exit of node | FAILS | its exit status is 3 | node: process.exit(3)
            signal to itself | FAILS | signal 9 ended it | py: import os;;os.kill(os.getpid(), 9)
            signal to all | ANSWERS | fine | py: import os;;try: os.kill(-1, 9);;except OSError: pass;;answer = 'fine'
            signal to the first process | ANSWERS | fine | py: import os;;try: os.kill(1, 9);;except OSError: pass;;answer = 'fine'
            crash | FAILS | signal 11 ended it | py: import ctypes;;ctypes.string_at(0)
            abort of node | FAILS | signal 6 ended it | node: process.abort()
            another program | FAILS | broke off the call | py: import os;;os.execvp('true', ['true'])
            throws | FAILS | ValueError | py: raise ValueError('x')
            throws later in node | FAILS | broke off the call | node: setTimeout(() => { throw new Error('later') }, 1); await never()
            """;

    @Override
    protected List<Bad> bad() {
        return BAD.lines().map(Bad::parse).toList();
    }
}
