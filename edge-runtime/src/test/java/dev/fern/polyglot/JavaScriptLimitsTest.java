package dev.fern.polyglot;

import dev.fern.Bundle;
import dev.fern.FunctionRuntime;
import dev.fern.Metrics;
import dev.fern.invoke.LimitsContract;
import dev.fern.kit.NodeBundle;
import java.nio.file.Path;
import java.util.List;

/// Bad JavaScript functions in the daemon's process.
class JavaScriptLimitsTest extends LimitsContract {
    private static final String HEAD = Stage.HEAD + """
            const kept = []
            let n = 0
            const never = () => new Promise(() => {})
            function * endless () { for (;;) yield n++ }
            function * texts () { for (;;) yield 'x'.repeat(1e4) + n++ }
            function deeper () { try { deeper() } finally { deeper() } }
            function caught () { try { caught() } catch { caught() } }
            async function awaited () { try { await awaited() } finally { await awaited() } }
            function deep (i) { return deep(i + 1) + 1 }
            """;

    @Override
    protected FunctionRuntime runtime() {
        return new JavaScriptRuntime(64 << 10, new Metrics());
    }

    @Override
    protected int memoryMb() {
        return 16;
    }

    @Override
    protected Bundle bundle(Path folder, String code) {
        return NodeBundle.of(folder, HEAD + """
                fdk.handle(async (input, ctx) => {
                  ctx.responseContentType = 'text/plain'
                  if (input !== 'bad') return input
                  ;%s
                  return 'went on'
                }, { inputMode: 'string' })
                """.formatted(code));
    }

    /// Name, how the call ends, what its reason, answer or log says, code.
    private static final String BAD = """
            loop | TIME |  | for (;;) n++
            loop that does nothing | TIME |  | for (;;) ;
            loop that catches all | TIME |  | for (;;) try { throw new Error('x') } catch (e) { }
            finally that goes on | TIME |  | for (;;) try { for (;;) n++ } finally { continue }
            finally that returns | TIME |  | for (;;) (() => { try { for (;;) n++ } finally { return 1 } })()
            loop over an endless generator | TIME |  | for (const one of endless()) n = one
            loop in a getter | TIME |  | ({ get x () { for (;;) n++ } }).x
            loop in a conversion | TIME |  | `${{ toString () { for (;;) n++ } }}`
            loop in a proxy | TIME |  | new Proxy({}, { get: () => { for (;;) n++ } }).x
            loop in eval | TIME |  | eval('for (;;) n++')
            loop in new code | TIME |  | new Function('for (;;) ;')()
            loop in a class's body | TIME |  | class A { static { for (;;) n++ } }
            sort that never ends | TIME |  | [2, 1].sort(() => { for (;;) n++ })
            replacement that never ends | TIME |  | 'x'.replace(/x/, () => { for (;;) n++ })
            toJSON that never ends | TIME |  | JSON.stringify({ toJSON () { for (;;) n++ } })
            sort with a comparator that lies | TIME |  | for (;;) Array.from({ length: 1000 }, () => n++).sort(() => n++ % 2 - 0.5)
            chain of promises | EITHER |  | const again = () => Promise.resolve().then(again); await again()
            loop that awaits | TIME |  | for (;;) await null
            loop that awaits and catches all | TIME |  | for (;;) try { await Promise.reject(1) } catch { }
            loop over an endless async generator | TIME |  | for await (const one of (async function * () { for (;;) yield 1 })()) n += one
            microtasks without end | TIME |  | const again = () => queueMicrotask(again); again(); await never()
            ticks without end | TIME |  | const again = () => process.nextTick(again); again(); await never()
            immediates without end | TIME |  | const again = () => setImmediate(again); again(); await never()
            timers without end | TIME |  | const again = () => setTimeout(again, 0); again(); await never()
            an interval | TIME |  | setInterval(() => n++, 1); await never()
            a promise that is never kept | TIME |  | await never()
            thenable that never calls back | TIME |  | await { then () { } }
            thenable that loops | TIME |  | await { then () { for (;;) n++ } }
            loop in a timer | TIME |  | setTimeout(() => { for (;;) n++ }, 1); await never()
            loop after the answer | TIME |  | process.nextTick(() => { for (;;) n++ }); return 'early'
            loop beside a finally of a promise | TIME |  | await Promise.resolve().finally(() => { for (;;) n++ })
            recursion that goes on in finally | TIME |  | deeper()
            recursion that catches all | TIME |  | caught()
            recursion that catches all and awaits | EITHER |  | await awaited()
            backtracking of a regexp | EITHER |  | /^(a|a?)+\\1b$/.test('a'.repeat(40))
            hog of an array | MEMORY |  | for (;;) kept.push([n++, n++, n++])
            hog of objects | MEMORY |  | let list = null; for (;;) list = { list, text: 'text ' + n++ }
            hog of keys | MEMORY |  | const all = {}; for (;;) all['key ' + n++] = n
            hog of a map | MEMORY |  | const all = new Map(); for (;;) all.set('key ' + n++, n)
            hog of closures | MEMORY |  | for (;;) { const x = n++; kept.push(() => x) }
            hog of a string | MEMORY |  | for (let s = '';;) s += 'xxxxxxxxxx' + n++
            hog of strings | MEMORY |  | for (;;) kept.push('x'.repeat(1e4) + n++)
            hog of filled arrays | MEMORY |  | for (;;) kept.push(Array(1e3).fill(n++))
            hog of small typed arrays | MEMORY |  | for (;;) kept.push(new Uint8Array(1000))
            hog of typed arrays | MEMORY |  | for (;;) kept.push(new Uint8Array(1e6))
            hog of buffers | MEMORY |  | for (;;) kept.push(Buffer.alloc(1e5))
            hog of BigInts | MEMORY |  | for (;;) kept.push(1n << BigInt(1e6 - n++))
            hog of promises | MEMORY |  | for (;;) kept.push(new Promise(() => {}))
            hog of microtasks | MEMORY |  | for (;;) queueMicrotask(() => n++)
            hog of timers | MEMORY |  | for (;;) setTimeout(() => n++, 1e6)
            hog of suspended calls | MEMORY |  | for (;;) kept.push((async () => { await never() })())
            hog that awaits | MEMORY |  | for (;;) { await null; kept.push('x'.repeat(1e4) + n++) }
            hog that catches all | MEMORY |  | for (;;) try { kept.push('x'.repeat(1e5) + n++) } catch { }
            hog of a spread | MEMORY |  | return [...texts()].length
            hog of JSON | MEMORY |  | for (;;) kept.push(JSON.parse('[' + '{"a":1},'.repeat(1000) + '1]'))
            one huge typed array | MEMORY | over the function's memory of 16 MB | new Uint8Array(2**31-1)
            one huge array of floats | MEMORY | over the function's memory | new Float64Array(1e8)
            one huge buffer | MEMORY | over the function's memory | Buffer.alloc(2**30)
            one huge ArrayBuffer | MEMORY | over the function's memory | new ArrayBuffer(2**31-1)
            one huge string | MEMORY | over the function's memory | 'x'.repeat(2**29)
            one huge padded string | MEMORY | over the function's memory | 'x'.padStart(2**29)
            one huge filled array | MEMORY | over the function's memory | Array(1e8).fill(0)
            one huge joined array | MEMORY | over the function's memory | Array(1e9).join('x')
            one huge BigInt | FAILS | Maximum BigInt size exceeded | return String(1n << 1000000000n)
            one huge power | FAILS | Maximum BigInt size exceeded | return String(2n ** 1000000000n)
            BigInt that is multiplied | FAILS | Maximum BigInt size exceeded | for (let x = 3n;;) x *= x
            string that doubles | FAILS | Invalid string length | for (let s = 'x';;) s += s
            arguments without end | FAILS | RangeError | return Math.max(...Array(1e7))
            churn of garbage | ANSWERS | fine | for (let i = 0; i < 1e5; i++) n = 'x'.repeat(100) + i; return 'fine'
            churn of large garbage | ANSWERS | fine | for (let i = 0; i < 1000; i++) n = new Uint8Array(1e6); return 'fine'
            churn of BigInts | ANSWERS | fine | for (let i = 0; i < 1000; i++) n = 1n << 1000000n; return 'fine'
            deep recursion | FAILS | Maximum call stack size exceeded | return String(deep(0))
            deep JSON | FAILS | RangeError | return JSON.parse('['.repeat(1e6))
            deep text of JSON | FAILS | RangeError | let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return JSON.stringify(a)
            deep expression | FAILS | RangeError | return eval('('.repeat(1e5) + '1' + ')'.repeat(1e5))
            circle of JSON | FAILS | TypeError | const a = []; a.push(a); return JSON.stringify(a)
            huge answer | FAILS | answer is larger | return 'x'.repeat(1 << 20)
            flood of output | ANSWERS | the rest is dropped | for (let i = 0; i < 1e4; i++) console.log('line ' + i); return 'fine'
            flood of errors | ANSWERS | the rest is dropped | for (let i = 0; i < 1e4; i++) console.error('line ' + i); return 'fine'
            one endless line | ANSWERS | xxx... | for (let i = 0; i < 2e5; i++) process.stdout.write('xxxxxxxxxx'); console.log(); return 'fine'
            one huge line | ANSWERS | xxx... | console.log('x'.repeat(1e6)); return 'fine'
            closed streams | ANSWERS | fine | process.stdout.end?.(); process.stderr.end?.(); console.log('x'); return 'fine'
            exit | FAILS | process.exit(3) | process.exit(3)
            exit in a finally | FAILS | process.exit(1) | try { process.exit(1) } finally { return 'no' }
            exit that is caught | FAILS | process.exit(1) | for (;;) try { process.exit(1) } catch { }
            exit in a timer | FAILS | process.exit(4) | setTimeout(() => process.exit(4), 1); await never()
            abort | FAILS |  | process.abort()
            signal to itself | FAILS |  | process.kill(process.pid, 'SIGKILL')
            throws what is no error | FAILS | null | throw null
            throws later what loops | TIME |  | setTimeout(() => { throw { get stack () { for (;;) n++ } } }, 1); await never()
            throws later | FAILS | later | setTimeout(() => { throw new Error('later') }, 1); await never()
            rejects and forgets | FAILS | forgotten | Promise.reject(new Error('forgotten')); await never()
            """;

    @Override
    protected List<Bad> bad() {
        return BAD.lines().map(Bad::parse).toList();
    }
}
