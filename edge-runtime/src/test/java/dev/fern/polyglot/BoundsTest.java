package dev.fern.polyglot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Fn;
import dev.fern.kit.NodeBundle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What would take much of the heap in one piece is refused before it does.
class BoundsTest {
    private static final String RUN = Stage.HEAD + """
            fdk.handle((input) => {
              try { return String((0, eval)('(' + input + ')')).slice(0, 40) } catch (e) { return `${e.name}: ${e.message}` }
            }, { inputMode: 'string' })
            """;

    @TempDir
    static Path folder;

    private static Stage stage;
    private static Stage.Function function;

    @BeforeAll
    static void open() throws Exception {
        stage = new Stage(folder);
        var fn = Stage.fn(Fn.Isolation.SHARED, 16, Duration.ofSeconds(60));
        function = stage.function(fn, NodeBundle.of(stage.folder(), RUN));
    }

    @AfterAll
    static void close() {
        function.close();
        stage.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "new Uint8Array(2**31-1)",
                "new Uint8Array({length: 2**30})",
                "new Float64Array(3e6)",
                "new BigInt64Array(3e6)",
                "Uint8Array.from({length: 2**30})",
                "new (Object.getPrototypeOf(new Uint8Array(1)).constructor)(2**30)",
                "new (class extends Uint8Array {})(2**30)",
                "Reflect.construct(Uint8Array, [2**30])",
                "new ArrayBuffer(2**31-1)",
                "new ArrayBuffer(1, {maxByteLength: 2**30})",
                "new ArrayBuffer(1).transfer(2**30)",
                "Buffer.alloc(2**30)",
                "Buffer.allocUnsafe(2**30)",
                "'x'.repeat(2**29)",
                "'x'.padStart(2**28)",
                "'x'.padEnd(2**28, 'ab')",
                "'x'.repeat(1e5).replaceAll('x', 'y'.repeat(1e4))",
                "Array(1e8).fill(0)",
                "Array.from({length: 1e8})",
                "Array.from(Array(1e8))",
                "Array(1e9).join('x')",
                "Array(1e8).toReversed()",
                "Array(1e8).slice()",
                "String(Array(1e9))",
                "(() => { let a = [0]; for (;;) a = a.concat(a) })()",
                "'x'.repeat(4e6).split('')",
                "'x,'.repeat(2e6).split(',')",
                "'x'.repeat(4e6).split(/(?:)/)",
                "'x'.repeat(4e6).match(/x/g)",
                "/x/g[Symbol.match]('x'.repeat(4e6))",
                "/(?:)/[Symbol.split]('x'.repeat(4e6))",
                "JSON.parse('[' + '{},'.repeat(2e6) + '{}]')",
            })
    void oneLargePieceIsRefused(String code) {
        assertThat(function.answer(code))
                .startsWith("\"RangeError: ")
                .endsWith("bytes is over the function's memory of 16 MB\"");
    }

    /// These the engine refuses itself, by limits that are its own with lower numbers.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "(() => { let s = 'x'; for (;;) s += s })()",
                "(() => { let s = 'x'; for (;;) s = s.concat(s) })()",
                "(() => { let s = 'x'; for (;;) s = `${s}${s}` })()",
                "String.fromCharCode.apply(null, {length: 1e7})",
                "Math.max(...Array(1e7))",
            })
    void textAndArgumentsHaveAnEnd(String code) {
        assertThat(function.answer(code)).startsWith("\"RangeError: ");
    }

    /// The operators are in GraalJS, where they are changed.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1n << 1000000000n",
                "-1n << 1000000000n",
                "1n >> -1000000000n",
                "2n ** 1000000000n",
                "(-3n) ** 1000000n",
                "(() => { let n = 3n; for (;;) n *= n })()",
                "(() => { let n = 3n; for (;;) n **= 2n })()",
                "(() => { let n = 1n; for (;;) n <<= 100n })()",
                "(() => { let n = 1n; for (;;) n = n << 1000n | 1n })()",
                "(() => { let n = (1n << (2n ** 20n - 1n)) - 1n; for (;;) n += n })()",
                "(() => { let n = (1n << (2n ** 20n - 1n)) - 1n; for (;;) n -= -n })()",
                "BigInt.asUintN(2 ** 31 - 2, -1n)",
                "BigInt('9'.repeat(1e6))",
                "BigInt('0x' + 'f'.repeat(1e6))",
                "BigInt(' '.repeat(1e5) + '9'.repeat(4e5))",
                "'9'.repeat(8e6) == 1n",
                "eval('9'.repeat(1e6) + 'n')",
                "eval('0x' + 'f'.repeat(1e6))",
                "eval('0b' + '1'.repeat(2e6) + 'n')",
            })
    void aBigIntHasAnEnd(String code) {
        assertThat(function.answer(code)).isEqualTo("\"RangeError: Maximum BigInt size exceeded\"");
    }

    @Test
    void whatIsSmallWorksAsEver() {
        for (var code : List.of(
                "new Uint8Array([1,2]).constructor === Uint8Array && new Uint8Array(3) instanceof Uint8Array",
                "Object.getPrototypeOf(Uint8Array) === Object.getPrototypeOf(Int8Array) && Uint8Array.name === 'Uint8Array'",
                "new Uint8Array(new Uint8Array([5]).buffer)[0] === 5 && Uint8Array.BYTES_PER_ELEMENT === 1",
                "new (class A extends Uint16Array { two () { return this[0] * 2 } })([21]).two() === 42",
                "new Uint8Array([3,1,2]).sort().map((x) => x * 2).slice(1).join() === '4,6'",
                "new Float64Array(1e6).length === 1e6 && new ArrayBuffer(8, {maxByteLength: 16}).resizable",
                "'ab'.repeat(3) === 'ababab' && 'x'.padStart(3, '-') === '--x' && 'a-b'.replaceAll('-', '+') === 'a+b'",
                "Array(3).fill(1).concat([2], 3).join('') === '11123' && [1, [2]].flat().length === 2 && String([1, 2]) === '1,2'",
                "Array.from({length: 2}, (_, i) => i).join() === '0,1' && Array.from(new Set([1])).length === 1",
                "Array.from('añ').length === 2 && Array.prototype.fill.length === 1 && Array.prototype.fill.name === 'fill'",
                "new Array(1e6).length === 1e6 && Uint8Array.of(1, 2).length === 2 && Uint8Array.from([1, 2])[1] === 2",
                "(() => { try { Uint8Array(1) } catch (e) { return e instanceof TypeError } })()",
                "(() => { try { new Uint8Array(-1) } catch (e) { return e instanceof RangeError } })()",
                "'a,b'.split(',').join() === 'a,b' && 'a1b'.split(/\\d/).length === 2 && 'abc'.split('', 2).length === 2 && 'a'.split().length === 1",
                "('a,' + 'x'.repeat(1e6)).split(',', 1)[0] === 'a' && 'aXbX'.match(/X/g).length === 2 && 'aXb'.match(/(X)/)[1] === 'X'",
                "/X/[Symbol.split]('aXb').length === 2 && [...'aXbX'.matchAll(/X/g)].length === 2 && 'x'.repeat(1e6).match(/y/) === null",
                "JSON.parse('{\"a\":[1]}', (k, v) => Array.isArray(v) ? 7 : v).a === 7 && JSON.parse.length === 2 && RegExp.prototype[Symbol.split].name === '[Symbol.split]'",
                "1n << 100n === 2n ** 100n && (1n << 100n >> 99n) === 2n && -(2n ** 64n) * 3n / 3n === -1n << 64n",
                "BigInt(' 0xff ') === 255n && BigInt(' '.repeat(4e5) + '7') === 7n && BigInt.asUintN(64, -1n) === 2n ** 64n - 1n",
                "(2n ** 1048575n).toString().length === 315653 && (2n ** 1048575n >> 1048574n) === 2n && 0n << 2000000000n === 0n",
                "0xffffffffffffffffffff === 2 ** 80 && 12345678901234567890123n === 12345678901234567890122n + 1n && 0xffn === 255n",
                "1n ** 1000000000n === 1n && (-1n) ** 1000001n === -1n && 1n >> 2000000000n === 0n && new BigInt64Array(1)[0] === 0n",
                "[3, 1, 2].toSorted().reverse().join() === '3,2,1' && Object.keys([].fill).length === 0")) {
            assertThat(function.answer(code)).as(code).isEqualTo("\"true\"");
        }
    }

    @Test
    void manyPiecesAreRefusedWhenTheHeapIsFull() {
        var code = "(() => { const all = []; for (;;) all.push(new Uint8Array(4e6)) })()";

        assertThat(function.answer(code)).startsWith("\"RangeError: ").contains("the device has no memory left for it");
        assertThat(function.answer("1")).isEqualTo("\"1\"");
    }

    @Test
    void oneThatFailsForWantOfRoomKeepsNothing() throws Exception {
        var fn = Stage.fn(Fn.Isolation.SHARED, 1024, Duration.ofSeconds(60));
        try (var hog = stage.function(fn, NodeBundle.of(stage.folder(), Stage.HEAD + """
                const kept = []
                fdk.handle((input) => {
                  try {
                    while (input !== 'x') kept.push(Buffer.alloc(16 << 20))
                  } catch (e) {
                    if (input === 'hog') throw e
                    kept.length = 0
                  }
                  return 'kept ' + kept.length
                }, { inputMode: 'string' })
                """))) {
            assertThat(hog.answer("careful")).contains("kept 0");
            assertThat(hog.instance().spent()).as("who deals with it goes on").isFalse();

            assertThat(hog.failure("hog")).contains("no memory left");
            assertThat(hog.instance().spent()).isTrue();
        }
    }
}
