// stream (nodejs.org/api/stream.html), the part that a function without files and sockets uses: readable ones from data,
// writable ones, transforms between them. Nothing is held back: a writable stream takes what comes.
(function (module, own) {
  'use strict'
  const EventEmitter = own('events')

  function Stream (options) {
    EventEmitter.call(this)
    this.destroyed = false
    this._options = options ?? {}
  }
  own('util').inherits(Stream, EventEmitter)
  Stream.prototype.destroy = function (error) {
    if (!this.destroyed) {
      this.destroyed = true
      const done = (failure) => process.nextTick(() => {
        if (failure) {
          this.emit('error', failure)
        }
        this.emit('close')
      })
      const own = this._options.destroy ?? this._destroy
      own ? own.call(this, error ?? null, (failure) => done(failure ?? error)) : done(error)
    }
    return this
  }

  const readable = {
    _start () {
      Object.assign(this, { readable: true, readableEnded: false, readableFlowing: null, _queue: [], _asked: false })
    },

    push (chunk, encoding) {
      this._asked = false
      if (chunk === null) {
        this._queue.push(null)
      } else {
        const isText = typeof chunk === 'string' && !this._options.objectMode && !this._options.readableObjectMode
        this._queue.push(isText && !this._encoding ? Buffer.from(chunk, encoding) : this._decoded(chunk))
      }
      this._schedule()
      return true
    },

    _decoded (chunk) {
      return this._encoding && typeof chunk !== 'string' ? Buffer.from(chunk).toString(this._encoding) : chunk
    },

    setEncoding (name) {
      this._encoding = name
      this._queue = this._queue.map((chunk) => chunk === null ? null : this._decoded(chunk))
      return this
    },

    _schedule () {
      if (this.readableFlowing && !this._scheduled) {
        this._scheduled = true
        process.nextTick(() => {
          this._scheduled = false
          this._flow()
        })
      }
    },

    _flow () {
      while (this.readableFlowing && this._queue.length > 0 && !this.destroyed) {
        const chunk = this._queue.shift()
        if (chunk === null) {
          this.readable = false
          this.readableEnded = true
          this.emit('end')
          this.destroy()
          return
        }
        this.emit('data', chunk)
      }
      if (this.readableFlowing && !this._asked && !this.destroyed) {
        this._ask()
      }
    },

    _ask () {
      const read = this._options.read ?? this._read
      if (read) {
        this._asked = true
        try {
          read.call(this, 16384)
        } catch (error) {
          this.destroy(error)
        }
      }
    },

    read () {
      return this._queue.length > 0 && this._queue[0] !== null ? this._queue.shift() : null
    },

    resume () {
      this.readableFlowing = true
      this._schedule()
      return this
    },

    pause () {
      this.readableFlowing = false
      return this
    },

    isPaused () { return this.readableFlowing === false },

    on (name, listener) {
      EventEmitter.prototype.on.call(this, name, listener)
      if (name === 'data' && this.readableFlowing !== false) {
        this.resume()
      }
      return this
    },

    pipe (target, { end = true } = {}) {
      this.on('data', (chunk) => target.write(chunk))
      if (end) {
        this.on('end', () => target.end())
      }
      target.emit('pipe', this)
      return target
    },

    unpipe () { return this.pause() },

    async * [Symbol.asyncIterator] () {
      const chunks = []
      let wake = () => {}
      let over = false
      let failure = null
      this.on('data', (chunk) => { chunks.push(chunk); wake() })
      this.on('end', () => { over = true; wake() })
      this.on('error', (error) => { failure = error; wake() })
      while (true) {
        while (chunks.length > 0) {
          yield chunks.shift()
        }
        if (failure !== null) {
          throw failure
        }
        if (over) {
          return
        }
        await new Promise((resolve) => { wake = resolve })
      }
    }
  }
  readable.addListener = readable.on

  const writable = {
    _open () {
      Object.assign(this, { writable: true, writableEnded: false, writableFinished: false, _waiting: [], _busy: false })
    },

    write (chunk, encoding, written) {
      if (typeof encoding === 'function') {
        return this.write(chunk, undefined, encoding)
      }
      if (this.writableEnded) {
        const error = new Error('write after end')
        error.code = 'ERR_STREAM_WRITE_AFTER_END'
        this.destroy(error)
        return false
      }
      const isText = typeof chunk === 'string' && !this._options.objectMode && !this._options.writableObjectMode &&
        this._options.decodeStrings !== false
      this._waiting.push({ chunk: isText ? Buffer.from(chunk, encoding) : chunk, encoding: isText ? 'buffer' : encoding, written })
      this._work()
      return true
    },

    end (chunk, encoding, finished) {
      if (typeof chunk === 'function') {
        return this.end(undefined, undefined, chunk)
      }
      if (chunk !== undefined && chunk !== null) {
        this.write(chunk, encoding)
      }
      if (typeof finished === 'function') {
        this.once('finish', finished)
      }
      this.writableEnded = true
      this.writable = false
      this._work()
      return this
    },

    cork () {},
    uncork () {},
    setDefaultEncoding () { return this },

    _work () {
      if (this._busy || this.destroyed) {
        return
      }
      const next = this._waiting.shift()
      if (next === undefined) {
        if (this.writableEnded && !this.writableFinished) {
          this.writableFinished = true
          this._finish()
        }
        return
      }
      this._busy = true
      const done = (error) => {
        this._busy = false
        next.written?.(error ?? null)
        if (error) {
          this.destroy(error)
        } else {
          process.nextTick(() => this._work())
        }
      }
      try {
        this._take(next.chunk, next.encoding, done)
      } catch (error) {
        done(error)
      }
    },

    _take (chunk, encoding, done) {
      (this._options.write ?? this._write).call(this, chunk, encoding, done)
    },

    _finish () {
      const final = this._options.final ?? this._final ?? ((done) => done())
      final.call(this, (error) => error
        ? this.destroy(error)
        : process.nextTick(() => {
          this.emit('finish')
          if (!this.readable) {
            this.destroy()
          }
        }))
    }
  }

  function type (starts, ...parts) {
    function Type (options) {
      if (!new.target && !(this instanceof Type)) {
        return new Type(options)
      }
      Stream.call(this, options)
      starts.forEach((start) => this[start]())
    }
    own('util').inherits(Type, Stream)
    parts.forEach((part) => Object.defineProperties(Type.prototype, Object.getOwnPropertyDescriptors(part)))
    return Type
  }

  const Readable = type(['_start'], readable)
  const Writable = type(['_open'], writable)
  const Duplex = type(['_start', '_open'], readable, writable)
  const Transform = type(['_start', '_open'], readable, writable, {
    _take (chunk, encoding, done) {
      (this._options.transform ?? this._transform).call(this, chunk, encoding, (error, made) => {
        if (!error && made !== undefined && made !== null) {
          this.push(made)
        }
        done(error)
      })
    },

    _finish () {
      const flush = this._options.flush ?? this._flush ?? ((done) => done())
      flush.call(this, (error, made) => {
        if (error) {
          return this.destroy(error)
        }
        if (made !== undefined && made !== null) {
          this.push(made)
        }
        this.push(null)
        this.emit('finish')
      })
    }
  })
  const PassThrough = type(['_start', '_open'], Transform.prototype, {
    _transform (chunk, encoding, done) { done(null, chunk) }
  })

  Readable.from = (items, options) => {
    const whole = typeof items === 'string' || ArrayBuffer.isView(items)
    const iterator = whole ? [items].values() : (items[Symbol.asyncIterator] ?? items[Symbol.iterator]).call(items)
    return new Readable({
      objectMode: true,
      ...options,
      read () {
        Promise.resolve(iterator.next()).then(async ({ done, value }) => this.push(done ? null : await value))
          .catch((error) => this.destroy(error))
      }
    })
  }

  function finished (stream, options, done) {
    const call = typeof options === 'function' ? options : done
    stream.on('error', call)
    stream.once(stream.readable ? 'end' : 'finish', () => call())
  }

  function pipeline (...streams) {
    const done = typeof streams.at(-1) === 'function' ? streams.pop() : () => {}
    streams.forEach((stream) => stream.on('error', done))
    streams.reduce((from, to) => from.pipe(to))
    const last = streams.at(-1)
    last.once('finish', () => done())
    return last
  }

  const promises = {
    finished: (stream) => new Promise((resolve, reject) =>
      finished(stream, (error) => error ? reject(error) : resolve())),
    pipeline: (...streams) => new Promise((resolve, reject) =>
      pipeline(...streams, (error) => error ? reject(error) : resolve()))
  }
  module.exports = Object.assign(Stream, {
    Stream, Readable, Writable, Duplex, Transform, PassThrough, finished, pipeline, promises
  })
})
