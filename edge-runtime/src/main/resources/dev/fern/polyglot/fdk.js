// What `require('@fnproject/fdk')` gives: the interface of Fn's Node FDK 0.0.76, without its socket. A call comes from Java and
// its answer goes back there.
(function (module, own, host) {
  'use strict'
  const EventEmitter = own('events')
  const errors = own('errors')
  const VERSION = '0.0.76'
  const OWN_HEADERS = `Fn-Fdk-Version\0fdk-node/${VERSION} (fern, graaljs=${host.engine})\0Fn-Fdk-Runtime\0graaljs/${host.engine}`
  const GATEWAY = 'Fn-Http-H-'
  const INPUT_MODES = ['json', 'string', 'buffer']
  // of one connection, so they say nothing to a function
  const HOP_BY_HOP = new Set(['Connection', 'Keep-Alive', 'Transfer-Encoding', 'Trailer', 'Upgrade'])
  const TOKEN = /^[\^_`a-zA-Z\-0-9!#$%&'*+.|~]+$/
  const NO_VALUE = /[^\t\x20-\x7e\x80-\xff]/
  let handler = null
  let inputMode = 'json'

  const known = new Map()

  function canonical (name) {
    let found = known.get(name)
    if (found === undefined) {
      found = spelled(name)
      if (known.size < 1000) {
        known.set(name, found)
      }
    }
    return found
  }

  function spelled (name) {
    return name.split(/[-_]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()).join('-')
  }

  function copyOf (lists) {
    const copy = {}
    for (const name of Object.keys(lists)) {
      copy[name] = [...lists[name]]
    }
    return copy
  }

  const firstOf = (list) => list === undefined || list === null ? null : list[0]

  class Context {
    constructor (config, body, headers) {
      this._config = config
      this._body = body
      this._headers = headers
      this._responseHeaders = {}
    }

    get callID () { return this.getHeader('Fn-Call-Id') }
    get appID () { return this._config.FN_APP_ID }
    get appName () { return this._config.FN_APP_NAME }
    get fnID () { return this._config.FN_FN_ID }
    get fnName () { return this._config.FN_FN_NAME }
    get memory () { return parseInt(this._config.FN_MEMORY) }
    get config () { return { ...this._config } }
    get body () { return this._body }
    get contentType () { return this.getHeader('Content-Type') }
    get headers () { return copyOf(this._headers) }
    get httpGateway () { return new HttpGateway(this) }
    get tracingContext () { return new Tracing(this) }

    get deadline () {
      const text = this.getHeader('Fn-Deadline')
      return text === null ? null : new Date(text)
    }

    getConfig (name) { return this._config[name] ?? null }
    getHeader (name) { return firstOf(this._headers[canonical(name)]) }
    getAllHeaderValues (name) { return [...this._headers[canonical(name)] ?? []] }

    get responseHeaders () { return { ...this._responseHeaders } }
    getResponseHeader (name) { return firstOf(this._responseHeaders[canonical(name)]) }
    setResponseHeader (name, ...values) { this._responseHeaders[canonical(name)] = values }

    addResponseHeader (name, ...values) {
      (this._responseHeaders[canonical(name)] ??= []).push(...values)
    }

    get responseContentType () { return this.getResponseHeader('Content-Type') }
    set responseContentType (type) { this.setResponseHeader('Content-Type', type) }
  }

  // The HTTP request behind a call, if there is one.
  class HttpGateway {
    constructor (ctx) {
      this.ctx = ctx
      this._headers = {}
      for (const [name, values] of Object.entries(ctx.headers)) {
        if (name.startsWith(GATEWAY) && name !== GATEWAY) {
          this._headers[name.slice(GATEWAY.length)] = values
        }
      }
    }

    get requestURL () { return this.ctx.getHeader('Fn-Http-Request-Url') }
    get method () { return this.ctx.getHeader('Fn-Http-Method') }
    get headers () { return copyOf(this._headers) }
    getHeader (name) { return firstOf(this._headers[canonical(name)]) }
    getAllHeaderValues (name) { return [...this._headers[canonical(name)] ?? []] }
    set statusCode (status) { this.ctx.setResponseHeader('Fn-Http-Status', status) }
    addResponseHeader (name, ...values) { this.ctx.addResponseHeader(GATEWAY + name, ...values) }

    setResponseHeader (name, ...values) {
      if (canonical(name) === 'Content-Type') {
        this.ctx.responseContentType = values[0]
      } else {
        this.ctx.setResponseHeader(GATEWAY + name, ...values)
      }
    }
  }

  class Tracing {
    constructor (ctx) {
      this.isEnabled = parseInt(ctx._config.OCI_TRACING_ENABLED) === 1
      this.traceCollectorUrl = ctx._config.OCI_TRACE_COLLECTOR_URL
      this.traceId = ctx.getHeader('X-B3-TraceId')
      this.spanId = ctx.getHeader('X-B3-SpanId')
      this.parentSpanId = ctx.getHeader('X-B3-ParentSpanId')
      this.sampled = parseInt(ctx.getHeader('X-B3-Sampled')) === 1
      this.flags = ctx.getHeader('X-B3-Flags')
      this.serviceName = `${ctx.appName}::${ctx.fnName}`.toLowerCase()
    }
  }

  // Where an answer is written to; a stream can be piped into it.
  class Response extends EventEmitter {
    constructor () {
      super()
      this.writable = true
    }

    write (chunk, encoding, written) {
      if (this.writable) {
        if (typeof chunk === 'string') {
          if (typeof encoding === 'string' && !/^utf-?8$/i.test(encoding)) {
            this.write(own('buffer').Buffer.from(chunk, encoding))
          } else {
            host.write(chunk)
          }
        } else if (ArrayBuffer.isView(chunk)) {
          host.write(chunk.buffer, chunk.byteOffset, chunk.byteLength)
        } else {
          throw errors.badType('chunk', 'of type string or an instance of Buffer or Uint8Array', chunk)
        }
      }
      const done = typeof encoding === 'function' ? encoding : written
      if (typeof done === 'function') {
        process.nextTick(done)
      }
      return true
    }

    end (chunk, encoding) {
      if (this.writable) {
        if (chunk !== undefined && chunk !== null && typeof chunk !== 'function') {
          this.write(chunk, encoding)
        }
        this.writable = false
        host.end()
        if (this._events.size > 0) {
          this.emit('finish')
          this.emit('close')
        }
      }
      return this
    }
  }

  class Result {}

  class RawResult extends Result {
    constructor (raw) {
      super()
      this._raw = raw
    }

    writeResult (response) { response.write(this._raw) }
  }

  class StreamResult extends Result {
    constructor (stream) {
      super()
      this._stream = stream
    }

    writeResult (response) {
      return new Promise((resolve, reject) => {
        this._stream.on('end', resolve)
        this._stream.on('error', reject)
        this._stream.pipe(response)
      })
    }
  }

  function checked (name, value) {
    if (!TOKEN.test(name)) {
      throw errors.coded(new TypeError(`Header name must be a valid HTTP token ["${name}"]`), 'ERR_INVALID_HTTP_TOKEN')
    }
    if (value === undefined) {
      throw errors.coded(new TypeError(`Invalid value "undefined" for header "${name}"`), 'ERR_HTTP_INVALID_HEADER_VALUE')
    }
    if (NO_VALUE.test(value)) {
      throw errors.coded(new TypeError(`Invalid character in header content ["${name}"]`), 'ERR_INVALID_CHAR')
    }
    return `${value}`
  }

  function sendHead (ctx) {
    const headers = ctx._responseHeaders
    let fields = OWN_HEADERS
    // without iterators: in an interpreter they take most of a call's time
    for (const name in headers) {
      if (name !== 'Content-Length' && !name.startsWith('Fn-Fdk-')) {
        const values = headers[name]
        for (let i = 0; i < values.length; i++) {
          fields += `\0${name}\0${checked(name, values[i])}`
        }
      }
    }
    host.head(fields)
  }

  async function send (ctx, response, result) {
    const nothing = result === undefined || result === null
    let type = ctx.responseContentType
    if (!nothing && (type === undefined || type === null)) {
      type = ctx.responseContentType = 'application/json'
    }
    sendHead(ctx)
    if (result instanceof Result) {
      await result.writeResult(response)
    } else if (!nothing) {
      const isJson = type.startsWith('application/json') || type.includes('+json')
      response.write(isJson ? JSON.stringify(result) : result)
    }
    response.end()
  }

  function inputOf () {
    if (inputMode === 'buffer') {
      return own('buffer').Buffer.from(new Uint8Array(new ArrayBuffer(host.bytes())))
    }
    const text = host.text()
    if (inputMode === 'string') {
      return text
    }
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  }

  function headersOf (fields) {
    const headers = {}
    const parts = fields.split('\0')
    for (let i = 0; i + 1 < parts.length; i += 2) {
      const name = canonical(parts[i])
      if (headers[name] !== undefined) {
        headers[name].push(parts[i + 1])
      } else if (!HOP_BY_HOP.has(name)) {
        headers[name] = [parts[i + 1]]
      }
    }
    return headers
  }

  function frameLog (ctx) {
    const name = process.env.FN_LOGFRAME_NAME
    const header = process.env.FN_LOGFRAME_HDR
    if (name && header) {
      host.log(`\n${name}=${ctx.getHeader(header)}`)
    }
  }

  function failed (error) {
    host.log('Error in function: ' + own('inspect').inspect(error))
    host.fail(String(error))
  }

  module.exports = {
    answer: (fields) => {
      const body = inputOf()
      const ctx = new Context(process.env, body, headersOf(fields))
      frameLog(ctx)
      ctx.responseContentType = 'application/json'
      new Promise((resolve) => resolve(handler(body, ctx)))
        .then((result) => send(ctx, new Response(), result))
        .catch(failed)
    },
    api: {
      handle: (fnfunction, options) => {
        const mode = options?.inputMode || 'json'
        if (typeof fnfunction !== 'function') {
          throw new TypeError(`fdk.handle was given ${fnfunction === null ? 'null' : 'a ' + typeof fnfunction
            }, not a function`)
        }
        if (!INPUT_MODES.includes(mode)) {
          throw new Error(`Unknown input mode "${mode}"`)
        }
        if (handler !== null) {
          throw new Error('fdk.handle was called twice')
        }
        handler = fnfunction
        inputMode = mode
        host.handled()
        return () => {}
      },
      rawResult: (raw) => new RawResult(raw),
      streamResult: (stream) => new StreamResult(stream)
    }
  }
})
