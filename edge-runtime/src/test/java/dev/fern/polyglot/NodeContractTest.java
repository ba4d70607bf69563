package dev.fern.polyglot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Payload;
import dev.fern.kit.NodeBundle;
import dev.fern.kit.NodeFunction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Fn's interface for functions is that of the official FDK.
class NodeContractTest {
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

    @Test
    void inputModes() throws Exception {
        for (var mode : List.of("json", "string", "buffer")) {
            both.compare(
                    Stage.HEAD + "fdk.handle((input, ctx) => ({ input, type: typeof input, same: input === ctx.body,"
                            + " buffer: Buffer.isBuffer(input) }), { inputMode: '" + mode + "' })",
                    Comparison.event("{\"a\":[1,2,{\"b\":null}]}"),
                    Comparison.event("no json"),
                    Comparison.event(""),
                    Comparison.event("\"ä日😀\""),
                    Comparison.event("12"));
        }
        both.compare(
                Stage.HEAD + "fdk.handle((input) => input.a)",
                Comparison.event("{\"a\":1}"),
                Comparison.event("{\"a\":\"x\"}"));
        both.compare(Stage.HEAD + "fdk.handle((input) => input, null)", Comparison.event("{\"a\":false}"));
    }

    @Test
    void whatTheContextSays() throws Exception {
        both.compare(
                Stage.HEAD + """
                fdk.handle(function (input, ctx) {
                  const copy = ctx.headers
                  copy['X-Mine'].push('changed')
                  return {
                    callID: ctx.callID, deadline: ctx.deadline, again: ctx.deadline.getTime(), limit: ctx.config.LIMIT,
                    app: ctx.appName, fn: ctx.fnName, memory: ctx.memory, contentType: ctx.contentType,
                    mine: ctx.getHeader('x-MINE'), all: ctx.getAllHeaderValues('X_mine'), none: ctx.getHeader('None'),
                    noneAll: ctx.getAllHeaderValues('None'), kept: ctx.headers['X-Mine'],
                    names: Object.keys(ctx.headers).filter((name) => !/^(Host|Content-Length)$/.test(name)).sort(),
                    response: ctx.responseContentType, responseHeaders: ctx.responseHeaders,
                    tracing: ctx.tracingContext, body: ctx.body
                  }
                })
                """,
                Comparison.event("1", "X-Mine", "a", "X-Mine", "b", "x-b3-traceid", "t", "Weird_name", "w"));
    }

    @Test
    void theHttpGateway() throws Exception {
        both.compare(
                Stage.HEAD + """
                fdk.handle((input, ctx) => {
                  const http = ctx.httpGateway
                  http.statusCode = 201
                  http.setResponseHeader('X-Out', 'a', 'b')
                  http.addResponseHeader('x-out', 'c')
                  http.setResponseHeader('content-type', 'text/html')
                  const url = new URL(http.requestURL)
                  return [http.method, http.requestURL, http.headers, http.getHeader('accept'), url.searchParams.getAll('q'),
                    http.getAllHeaderValues('Accept'), http.getHeader('none'), url.pathname].map(String).join('|') +
                    JSON.stringify(http.headers)
                })
                """,
                Comparison.event(
                        "",
                        "Fn-Http-Method",
                        "GET",
                        "Fn-Http-Request-Url",
                        "http://x:80/t/a%20b?q=1&q=%C3%A4+x",
                        "Fn-Http-H-Accept",
                        "a/b",
                        "Fn-Http-H-Accept",
                        "c/d",
                        "Fn-Intent",
                        "httprequest"));
    }

    @Test
    void whatIsAnswered() throws Exception {
        both.compare(
                Stage.HEAD + """
                const answers = {
                  text: (ctx) => { ctx.responseContentType = 'text/plain'; return 'täxt' },
                  bytes: (ctx) => { ctx.responseContentType = 'image/x'; return Buffer.from([0, 255, 10]) },
                  array: (ctx) => { ctx.responseContentType = 'image/x'; return new Uint8Array([1, 2, 200]) },
                  plusJson: (ctx) => { ctx.responseContentType = 'application/x+json; charset=utf-8'; return { a: 'ä' } },
                  noType: (ctx) => { ctx.setResponseHeader('Content-Type', null); return { a: 1 } },
                  number: () => 1.5,
                  zero: () => 0,
                  no: () => false,
                  empty: () => '',
                  later: async () => { await new Promise((resolve) => setTimeout(resolve, 5)); return 'later' },
                  headers: (ctx) => {
                    ctx.setResponseHeader('x-one', 1)
                    ctx.addResponseHeader('X-Two', 'a')
                    ctx.addResponseHeader('x_two', 'b', 'c')
                    ctx.setResponseHeader('Content-Length', '999')
                    return [ctx.getResponseHeader('X-ONE'), ctx.responseHeaders]
                  },
                  raw: (ctx) => { ctx.responseContentType = 'text/x'; return fdk.rawResult('räw') },
                  stream: (ctx) => {
                    ctx.responseContentType = 'text/x'
                    return fdk.streamResult(require('stream').Readable.from(['a', Buffer.from('ö')]))
                  },
                  date: () => new Date(0),
                  map: () => ({ m: new Map([[1, 2]]), u: undefined, n: NaN, s: new Set([1]), b: Buffer.from('x') })
                }
                fdk.handle((input, ctx) => answers[input](ctx))
                """,
                List.of(
                                "text",
                                "bytes",
                                "array",
                                "plusJson",
                                "noType",
                                "number",
                                "zero",
                                "no",
                                "empty",
                                "later",
                                "headers",
                                "raw",
                                "stream",
                                "date",
                                "map")
                        .stream()
                        .map(Comparison::event)
                        .toArray(Event[]::new));
    }

    @Test
    void failures() throws Exception {
        both.compare(
                Stage.HEAD + """
                class Mine extends Error { constructor (text) { super(text); this.name = 'Mine' } }
                const failures = {
                  thrown: () => { throw new Error('boom') },
                  own: () => { throw new Mine('own') },
                  rejected: () => Promise.reject(new TypeError('later')),
                  text: () => { throw 'only text' }, // eslint-disable-line
                  later: async () => { await null; throw new RangeError('much later') },
                  good: () => 'good'
                }
                fdk.handle((input) => failures[input]())
                """,
                List.of("thrown", "own", "rejected", "text", "later", "unknown", "good").stream()
                        .map(name -> name.equals("unknown") ? Comparison.event("good") : Comparison.event(name))
                        .toArray(Event[]::new));
    }

    /// With the official FDK it ends the process; an empty answer is what it meant.
    @Test
    void aFunctionThatReturnsNothingAnswersHereAndCrashesThere() throws Exception {
        var bundle = NodeBundle.of(both.stage.folder(), Stage.HEAD + "fdk.handle(() => {})");
        try (var here = both.stage.function(bundle);
                var there = NodeFunction.start(bundle.root().resolve("function"), both.sockets, Comparison.env())) {
            assertThat(there.call(Headers.NONE, new byte[0]).status()).isZero();
            assertThat(here.answer("")).isEmpty();
        }
    }

    @Test
    void theOrderOfTimersTicksAndPromises() throws Exception {
        both.compare(Stage.HEAD + """
                fdk.handle(async () => {
                  const seen = []
                  setTimeout(() => { seen.push('t5'); Promise.resolve().then(() => seen.push('p5')); process.nextTick(() => seen.push('n5')) }, 5)
                  setTimeout((a, b) => seen.push('t1' + a + b), 1, 'a', 'b')
                  Promise.resolve().then(() => { seen.push('p'); process.nextTick(() => seen.push('np')) }).then(() => seen.push('p2'))
                  process.nextTick((x) => { seen.push('n' + x); Promise.resolve().then(() => seen.push('pn')) }, 1)
                  process.nextTick(() => seen.push('n2'))
                  queueMicrotask(() => seen.push('m'))
                  await new Promise((resolve) => setTimeout(resolve, 30))
                  await new Promise((resolve) => setImmediate(resolve))
                  return seen
                })
                """, Comparison.event(""));
    }

    @Test
    void bytesThatAreNoTextArriveAsTheyAre() throws Exception {
        var bundle = NodeBundle.of(
                both.stage.folder(),
                Stage.HEAD
                        + "fdk.handle((input, ctx) => { ctx.responseContentType = 'a/b'; return input }, {inputMode: 'buffer'})");
        var bytes = new byte[60_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        var event = Event.of("/x", Event.HTTP_REQUEST, null, Stage.NOW, null, Headers.NONE, Payload.of(bytes));
        try (var here = both.stage.function(bundle);
                var there = NodeFunction.start(bundle.root().resolve("function"), both.sockets, Comparison.env())) {
            assertThat(here.answer(event).body().bytes())
                    .hasSize(60_000)
                    .isEqualTo(there.call(Headers.NONE, event.data().bytes()).body());
        }
    }
}
