package dev.fern.polyglot;

import dev.fern.kit.NodeBundle;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What node has around a function is here as it is there.
class NodeModulesTest {
    @TempDir
    Path folder;

    private Comparison both;

    @BeforeEach
    void open() throws IOException {
        both = new Comparison(folder);
    }

    @AfterEach
    void close() throws IOException {
        both.close();
    }

    private static final String CORE = """
            const util = require('util'); const path = require('node:path'); const qs = require('querystring')
            const url = require('url'); const EventEmitter = require('events'); const assert = require('assert')
            const { StringDecoder } = require('string_decoder')
            const seen = []
            const say = (...values) => seen.push(...values)
            const attempt = (f) => { try { return f() } catch (e) { return e.name + ' ' + e.code } }
            """;

    @Test
    void pathsQueriesAndUrls() throws Exception {
        both.compare(CORE + Stage.HEAD + """
                for (const p of ['', '/', 'a', 'a/b/', '/a/../b', '../../a', './x/./y', '/a//b', 'a/b.c.txt', '.rc', 'a/..', 'x.']) {
                  say(attempt(() => path.normalize(p)), path.dirname(p), path.basename(p), path.extname(p), path.parse(p),
                    path.join('q', p), path.resolve('/w', p), path.relative('/a/b', path.resolve('/', p)), path.format(path.parse(p)))
                }
                say(path.basename('a.txt', '.txt'), path.join('a', '', '..', '..', 'b'), attempt(() => path.join(1)))
                for (const q of ['a=1&b=2&a=3', 'x=%C3%A4+b&y', '', 'a=b=c', '%zz=1', '&&a=']) {
                  say({ ...qs.parse(q) }, [...new URLSearchParams(q)], String(new URLSearchParams(q)))
                }
                say(qs.stringify({ a: [1, 'x y'], b: true, c: null, d: 'ä&=' }), qs.parse('a:1;b:2', ';', ':').b)
                for (const u of ['http://u:p@Example.com:80/a/./b/../c?x=1#h', 'https://x:8443', 'http://x/ä ö?ü={}', 'mailto:a@b', 'nope',
                  'http://', 'file:///a/b', 'http://[::1]:3000/x', 'http://x:99999/', 'http://a b/', 'HTTP://X/%7e', 'ws://h\\\\p']) {
                  say(attempt(() => { const one = new URL(u); return [one.href, one.origin, one.host, one.hostname, one.port, one.pathname,
                    one.search, one.hash, one.username, one.password, one.protocol, JSON.stringify(one)] }))
                }
                for (const [r, b] of [['../x', 'http://h/a/b/c'], ['?q', 'http://h/a?b#c'], ['#f', 'http://h/a?b'], ['//o/p', 'https://h/a'],
                  ['/abs', 'http://h/a/b'], ['', 'http://h/a?b#c'], ['y/./z/', 'http://h/a/b']]) {
                  say(new URL(r, b).href, url.resolve(b, r))
                }
                const changed = new URL('http://h/p?a=1')
                changed.searchParams.append('b', 'x y'); changed.searchParams.set('a', '2'); changed.pathname = 'q r'; changed.hash = 'z'
                changed.port = '8080'; changed.protocol = 'https'; changed.searchParams.delete('b')
                say(changed.href, URL.canParse('x'), [...changed.searchParams.keys()])
                const old = url.parse('http://u:p@h:8080/p/a?x=1&y=2#f', true)
                say(old.protocol, old.auth, old.host, old.port, old.hostname, old.hash, old.search, { ...old.query }, old.pathname, old.path, old.href)
                const short = url.parse('/p?x=1'); say(short.pathname, short.query, short.host, short.path, url.format({ protocol: 'http', host: 'h', pathname: 'p', query: { a: 1 } }))
                fdk.handle(() => seen)
                """, Comparison.event(""));
    }

    @Test
    void textsOfValues() throws Exception {
        both.compare(CORE + Stage.HEAD + """
                class A { constructor () { this.x = 1 } get y () { return 2 } }
                const circle = { name: 'c' }; circle.self = { circle }
                for (const value of [1, -0, 'it\\'s', "a\\n", null, undefined, true, 10n, Symbol('s'), [1, [2, [3, [4, [5]]]]], { a: { b: { c: { d: 1 } } } },
                  new A(), [], {}, new Map([[{ a: 1 }, 'b']]), new Set(['x']), () => 1, function named () {}, class B {}, new Date(0), /x/g,
                  Buffer.from('hi'), new Uint8Array([1, 2]), Object.create(null), [undefined, null], { 'a-b': 1, [Symbol('k')]: 2 },
                  new Array(3), 'x'.repeat(5), { f () {}, g: class {} }, [[]], { a: [] }, new Number(3), Promise.resolve(1) === 1,
                  { get a () { return 1 }, set b (v) {} }]) {
                  say(util.inspect(value))
                }
                say(util.inspect({ a: { b: { c: 1 } } }, { depth: 0 }), util.inspect('x'), util.inspect({ [util.inspect.custom]: () => 'mine' }))
                say(util.format('%s %d %i %f %j %o|%%|%s', 'a', '42', 42.9, '1.5', { a: 1 }, 1), util.format('a', 'b', { c: 1 }), util.format(1, 2, '3'),
                  util.format('%s', null, undefined), util.format('%s %s', 'only'), util.format('100%', 1), util.format('%s', { a: { b: 1 } }))
                fdk.handle(() => seen)
                """, Comparison.event(""));
    }

    @Test
    void buffers() throws Exception {
        both.compare(CORE + Stage.HEAD + """
                for (const enc of ['utf8', 'hex', 'base64', 'base64url', 'latin1', 'ascii', 'utf16le', 'binary', 'ucs2', 'UTF-8']) {
                  say(Buffer.from('häß€😀', enc === 'hex' ? 'utf8' : enc).toString('hex'), Buffer.from([104, 228, 195, 164, 0, 255]).toString(enc),
                    Buffer.byteLength('äb', enc))
                }
                say(Buffer.from('abzz', 'hex').length, Buffer.from('YWI=!!', 'base64').toString(), Buffer.from('_-8', 'base64').toString('hex'))
                const b = Buffer.alloc(24)
                say(b.writeUInt16BE(0x1234, 0), b.writeInt32LE(-5, 2), b.writeDoubleBE(1.5, 6), b.writeBigUInt64LE(5n, 14), b.writeIntBE(-300, 22, 2))
                say(b.toString('hex'), b.readUInt16BE(0), b.readInt32LE(2), b.readDoubleBE(6), String(b.readBigUInt64LE(14)), b.readIntBE(22, 2), b.readUint8(1))
                say(attempt(() => b.readUInt32LE(22)), attempt(() => b.writeUInt8(256, 0)), attempt(() => Buffer.alloc(-1)), attempt(() => Buffer.from(5)),
                  attempt(() => Buffer.from('x', 'nope')))
                const s = b.slice(0, 2); s[0] = 9; say(b[0], s instanceof Buffer, s.constructor === Buffer, Buffer.isBuffer(new Uint8Array(1)), s.parent === b.buffer)
                say(Buffer.concat([Buffer.from('ab'), Buffer.from('cd')], 3).toString(), Buffer.from('abc').equals(Buffer.from('abc')), Buffer.compare(Buffer.from('a'), Buffer.from('b')),
                  Buffer.from('hello').indexOf('l'), Buffer.from('hello').lastIndexOf('l'), Buffer.from('hello').includes('ell'), Buffer.from('hello').indexOf(111),
                  Buffer.alloc(5, 'ab').toString(), Buffer.from('héllo').write('xy', 1), JSON.stringify(Buffer.from('a')), Buffer.from({ type: 'Buffer', data: [97] }).toString(),
                  Buffer.from('abc').subarray(-2).toString(), Buffer.from('abcd').swap16().toString(), [...Buffer.from('ab').entries()], Buffer.from(new Uint8Array([1, 2]).buffer, 1).length,
                  Buffer.from('€').write('€€'), Buffer.alloc(4).fill('é').toString('hex'), Buffer.from('abc').toString('utf8', 1, 2), Buffer.from('test').copy(Buffer.alloc(2)),
                  atob('YWI='), btoa('ab'), Buffer.from('a').map((x) => x + 1).toString(), Buffer.of(97).toString(), new Buffer('old').toString(), Buffer('old2').toString())
                const d = new StringDecoder('utf8'); say(d.write(Buffer.from([0xe2, 0x82])), d.write(Buffer.from([0xac])), d.end(), new TextDecoder().decode(new TextEncoder().encode('€')))
                fdk.handle(() => seen)
                """, Comparison.event(""));
    }

    @Test
    void eventsUtilitiesAndAssertions() throws Exception {
        both.compare(CORE + Stage.HEAD + """
                const e = new EventEmitter()
                e.on('a', (x) => say('on', x)); e.once('a', (x) => say('once', x)); e.prependListener('a', () => say('first'))
                say(e.emit('a', 1), e.emit('a', 2), e.emit('b'), e.listenerCount('a'), e.eventNames(), attempt(() => e.emit('error', new TypeError('x'))))
                say(attempt(() => e.on('x', 1)), EventEmitter.EventEmitter === EventEmitter, e.removeAllListeners('a').listenerCount('a'))
                function Old () { EventEmitter.call(this) } util.inherits(Old, EventEmitter); new Old().on('q', () => say('q')).emit('q')
                class Sub extends EventEmitter { constructor () { super(); this.z = 1 } } say(new Sub() instanceof EventEmitter, Object.keys(new Sub()).includes('z'))
                for (const [a, b] of [[{ a: [1] }, { a: [1] }], [[1], ['1']], [new Map([[1, 2]]), new Map([[1, 2]])], [new Set([1]), new Set([2])], [NaN, NaN], [new Date(1), new Date(1)], [{ a: undefined }, {}]]) {
                  say(util.isDeepStrictEqual(a, b), attempt(() => assert.deepEqual(a, b)), attempt(() => assert.deepStrictEqual(a, b)))
                }
                say(attempt(() => assert(0)), attempt(() => assert.equal(1, '1')), attempt(() => assert.strictEqual(1, '1')), attempt(() => assert.throws(() => { throw new Error('x') }, /x/)), attempt(() => assert.throws(() => {})))
                say(util.types.isPromise(Promise.resolve()), util.types.isDate(new Date()), util.isArray([]), typeof util.promisify(setTimeout), structuredClone(new Map([[1, { a: new Date(0) }]])).get(1))
                fdk.handle(async () => {
                  say(await util.promisify((x, done) => done(null, x + 1))(1), await util.promisify(setTimeout)(1, 'v'), await require('timers/promises').setTimeout(1, 'w'))
                  say(await EventEmitter.once(Object.assign(e, { later: setTimeout(() => e.emit('ping', 5), 1) }), 'ping'))
                  await new Promise((resolve) => util.callbackify(async (x) => x)(7, (error, x) => { say(error, x); resolve() }))
                  const { PassThrough, Readable, pipeline } = require('stream'); const parts = []
                  for await (const part of Readable.from([1, 2]).pipe(new PassThrough({ objectMode: true }))) parts.push(part)
                  const controller = new AbortController(); controller.signal.addEventListener('abort', () => say('aborted')); controller.abort()
                  say(parts, controller.signal.aborted, controller.signal.reason.name, typeof performance.now(), process.argv.length, process.platform)
                  return seen
                })
                """, Comparison.event(""));
    }

    @Test
    void requireFindsWhatNodeFinds() throws Exception {
        both.compare(
                NodeBundle.in(both.stage.folder())
                        .file("func.js", Stage.HEAD + """
                const names = ['./lib', './lib/', './lib/index', './data', './data.json', './both', './dir', 'plain', 'plain/deep', 'plain/package.json',
                  'exp', 'exp/sub', 'exp/pat/x', 'exp/hidden', 'exp/pat/none', '@s/p', '@s/p/y', 'old', 'none', './none', 'maindir', 'condition', '#in', '#in/z', 'self/me',
                  'arrays', '..', './sub/up', 'dots.js']
                const results = names.map((name) => { try { return [name, require(name)] } catch (e) { return [name, e.code] } })
                results.push(require('./a').from, require.resolve('./lib').slice(-12), require.resolve('path'), module.id, module.children.length > 3,
                  require.main === module, __filename.slice(-8), __dirname.slice(-9), typeof exports, this === module.exports,
                  Object.keys(require.cache).some((one) => one.endsWith('/lib/index.js')), module.require('./lib'))
                fdk.handle(() => results)
                """)
                        .file(
                                "package.json",
                                "{\"name\":\"self\",\"exports\":{\"./me\":\"./lib/index.js\"},\"imports\":{\"#in\":\"./data.json\",\"#in/*\":\"./lib/*.js\"}}")
                        .file("lib/index.js", "module.exports = 'lib'")
                        .file("lib/z.js", "#!/usr/bin/env node\nmodule.exports = 'z'")
                        .file("data.json", "\uFEFF{\"d\":1}")
                        .file("both.js", "exports.kind = 'file'")
                        .file("both/index.js", "exports.kind = 'folder'")
                        .file("dir/package.json", "{\"main\":\"m\"}")
                        .file("dir/m.js", "module.exports = 'dir main'")
                        .file("sub/up.js", "module.exports = require('../lib') + require('plain')")
                        .file("a.js", "exports.early = 1; exports.from = require('./b').got; exports.late = 2")
                        .file("b.js", "exports.got = { ...require('./a') }")
                        .file("node_modules/plain/package.json", "{\"name\":\"plain\",\"main\":\"./m/main.js\"}")
                        .file("node_modules/plain/m/main.js", "module.exports = 'plain'")
                        .file("node_modules/plain/deep.js", "module.exports = 'deep'")
                        .file(
                                "node_modules/exp/package.json",
                                "{\"name\":\"exp\",\"exports\":{\".\":{\"import\":\"./no.mjs\",\"require\":\"./r.js\"},\"./sub\":\"./s.js\",\"./pat/*\":\"./p/*.js\",\"./hidden\":null}}")
                        .file("node_modules/exp/r.js", "module.exports = 'exp ' + require('exp/sub')")
                        .file("node_modules/exp/s.js", "module.exports = 'sub'")
                        .file("node_modules/exp/p/x.js", "module.exports = 'pattern'")
                        .file("node_modules/exp/hidden.js", "module.exports = 'hidden'")
                        .file("node_modules/@s/p/package.json", "{\"name\":\"@s/p\",\"exports\":\"./i.js\"}")
                        .file("node_modules/@s/p/i.js", "module.exports = 'scoped'")
                        .file("node_modules/old/index.js", "module.exports = 'old'")
                        .file("node_modules/maindir/package.json", "{\"main\":\"lib\"}")
                        .file("node_modules/maindir/lib/index.js", "module.exports = 'maindir'")
                        .file(
                                "node_modules/condition/package.json",
                                "{\"exports\":{\"browser\":\"./b.js\",\"node\":{\"import\":\"./i.js\",\"default\":\"./n.js\"},\"default\":\"./d.js\"}}")
                        .file("node_modules/condition/n.js", "module.exports = 'node'")
                        .file("node_modules/arrays/package.json", "{\"exports\":[{\"import\":\"./i.js\"},\"./a.js\"]}")
                        .file("node_modules/arrays/a.js", "module.exports = 'array'")
                        .file("node_modules/dots.js", "module.exports = 'single file'"),
                Comparison.event(""));
    }
}
