// Buffer (nodejs.org/api/buffer.html).
(function (module, own, host) {
  'use strict'
  const errors = own('errors')
  const NAMES = {
    utf8: 'utf8', 'utf-8': 'utf8', hex: 'hex', base64: 'base64', base64url: 'base64url', latin1: 'latin1',
    binary: 'latin1', ascii: 'ascii', ucs2: 'utf16le', 'ucs-2': 'utf16le', utf16le: 'utf16le', 'utf-16le': 'utf16le'
  }
  const MOST = 2 ** 31 - 1
  const encoder = new TextEncoder()
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

  function nameOf (encoding) {
    const name = NAMES[String(encoding ?? 'utf8').toLowerCase()]
    if (name === undefined) {
      throw errors.coded(new TypeError(`Unknown encoding: ${encoding}`), 'ERR_UNKNOWN_ENCODING')
    }
    return name
  }

  function bytesOf (text, encoding) {
    const name = nameOf(encoding)
    return name === 'utf8' ? encoder.encode(text) : new Uint8Array(new ArrayBuffer(host.decode(name, text)))
  }

  function textOf (bytes, encoding) {
    const name = nameOf(encoding)
    return name === 'utf8' ? decoder.decode(bytes) : host.encode(name, bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  function view (bytes) {
    return new Buffer(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  function sizeOf (size) {
    if (typeof size !== 'number') {
      throw errors.badType('size', 'of type number', size)
    }
    if (!(size >= 0 && size <= MOST)) {
      throw errors.badRange('size', `>= 0 && <= ${MOST}`, size)
    }
    return size
  }

  function within (value, least, most) {
    const number = Math.trunc(Number(value)) || 0
    return Math.min(Math.max(number, least), most)
  }

  function needle (value, encoding) {
    if (typeof value === 'number') {
      return Uint8Array.of(value)
    }
    if (typeof value !== 'string' && !ArrayBuffer.isView(value)) {
      throw errors.badType('value', 'one of type number or string or an instance of Buffer or Uint8Array', value)
    }
    return typeof value === 'string' ? bytesOf(value, encoding) : value
  }

  function matches (bytes, at, wanted) {
    for (let i = 0; i < wanted.length; i++) {
      if (bytes[at + i] !== wanted[i]) {
        return false
      }
    }
    return true
  }

  class Buffer extends Uint8Array {
    static poolSize = 8192

    static from (value, encodingOrOffset, length) {
      if (typeof value === 'string') {
        return view(bytesOf(value, encodingOrOffset))
      }
      if (value instanceof ArrayBuffer) {
        return new Buffer(value, encodingOrOffset, length)
      }
      if (ArrayBuffer.isView(value) || Array.isArray(value)) {
        return new Buffer(value)
      }
      if (typeof value === 'object' && value !== null) {
        if (value.type === 'Buffer' && Array.isArray(value.data)) {
          return new Buffer(value.data)
        }
        const primitive = value.valueOf()
        if (primitive !== value && primitive !== null && primitive !== undefined) {
          return Buffer.from(primitive, encodingOrOffset, length)
        }
        if (typeof value[Symbol.toPrimitive] === 'function') {
          return Buffer.from(value[Symbol.toPrimitive]('string'), encodingOrOffset, length)
        }
        if (typeof value.length === 'number') {
          return new Buffer(value)
        }
      }
      throw errors.badType('first argument',
        'of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object', value)
    }

    static of (...items) { return new Buffer(items) }

    static alloc (size, fill, encoding) {
      const buffer = new Buffer(sizeOf(size))
      return fill === undefined || fill === 0 || size === 0 ? buffer : buffer.fill(fill, encoding)
    }

    static allocUnsafe (size) { return new Buffer(sizeOf(size)) }
    static allocUnsafeSlow (size) { return new Buffer(sizeOf(size)) }
    static isBuffer (value) { return value instanceof Buffer }
    static isEncoding (name) { return typeof name === 'string' && NAMES[name.toLowerCase()] !== undefined }

    static byteLength (value, encoding) {
      if (typeof value !== 'string') {
        return value.byteLength
      }
      switch (nameOf(encoding)) {
        // as it would be if all of it belonged there
        case 'hex': return value.length >>> 1
        case 'base64':
        case 'base64url': return (value.replace(/={1,2}$/, '').length * 3) >>> 2
        default: return bytesOf(value, encoding).length
      }
    }

    static concat (list, total = list.reduce((sum, one) => sum + one.length, 0)) {
      const whole = Buffer.alloc(total)
      let at = 0
      for (const one of list) {
        if (at >= total) {
          break
        }
        whole.set(one.length > total - at ? one.subarray(0, total - at) : one, at)
        at += one.length
      }
      return whole
    }

    static compare (a, b) {
      for (let i = 0; i < Math.min(a.length, b.length); i++) {
        if (a[i] !== b[i]) {
          return a[i] < b[i] ? -1 : 1
        }
      }
      return Math.sign(a.length - b.length)
    }

    get parent () { return this.buffer }
    get offset () { return this.byteOffset }

    toString (encoding, start = 0, end = this.length) {
      const from = within(start, 0, this.length)
      const to = within(end, from, this.length)
      return textOf(from === 0 && to === this.length ? this : this.subarray(from, to), encoding)
    }

    toLocaleString (encoding) { return this.toString(encoding) }
    toJSON () { return { type: 'Buffer', data: Array.from(this) } }
    equals (other) { return this === other || (this.length === other.length && Buffer.compare(this, other) === 0) }

    compare (other, start = 0, end = other.length, from = 0, to = this.length) {
      return Buffer.compare(this.subarray(from, to), other.subarray(start, end))
    }

    subarray (start, end) { return view(Uint8Array.prototype.subarray.call(asBytes(this), start, end)) }
    slice (start, end) { return this.subarray(start, end) }

    copy (target, at = 0, start = 0, end = this.length) {
      const part = this.subarray(start, Math.min(end, start + Math.max(0, target.length - at)))
      target.set(part, at)
      return part.length
    }

    write (text, offset, length, encoding) {
      if (typeof offset === 'string') {
        return this.write(text, 0, this.length, offset)
      }
      if (typeof length === 'string') {
        return this.write(text, offset, undefined, length)
      }
      const at = offset ?? 0
      const room = Math.min(length ?? Infinity, this.length - at)
      let bytes = bytesOf(text, encoding)
      if (bytes.length > room) {
        let end = room
        // no half character
        while (nameOf(encoding) === 'utf8' && end > 0 && (bytes[end] & 0xC0) === 0x80) {
          end--
        }
        bytes = bytes.subarray(0, end)
      }
      this.set(bytes, at)
      return bytes.length
    }

    fill (value, start = 0, end = this.length, encoding) {
      if (typeof start === 'string') {
        return this.fill(value, 0, this.length, start)
      }
      if (typeof value === 'number' || typeof value === 'boolean') {
        Uint8Array.prototype.fill.call(this, Number(value), start, end)
        return this
      }
      const bytes = needle(value, typeof end === 'string' ? end : encoding)
      const to = typeof end === 'string' ? this.length : end
      for (let i = start; i < to; i++) {
        this[i] = bytes.length === 0 ? 0 : bytes[(i - start) % bytes.length]
      }
      return this
    }

    indexOf (value, from = 0, encoding) {
      if (typeof from === 'string') {
        return this.indexOf(value, 0, from)
      }
      const wanted = needle(value, encoding)
      const start = from < 0 ? Math.max(0, this.length + from) : from
      for (let at = start; at <= this.length - wanted.length; at++) {
        if (matches(this, at, wanted)) {
          return at
        }
      }
      return -1
    }

    lastIndexOf (value, from = this.length, encoding) {
      const wanted = needle(value, encoding)
      for (let at = Math.min(from < 0 ? this.length + from : from, this.length - wanted.length); at >= 0; at--) {
        if (matches(this, at, wanted)) {
          return at
        }
      }
      return -1
    }

    includes (value, from, encoding) { return this.indexOf(value, from, encoding) >= 0 }

    [Symbol.for('nodejs.util.inspect.custom')] () {
      const bytes = Array.from(this.subarray(0, 50), (one) => one.toString(16).padStart(2, '0')).join(' ')
      const more = this.length > 50 ? ` ... ${this.length - 50} more bytes` : ''
      return `<Buffer${bytes === '' ? '' : ' ' + bytes}${more}>`
    }
  }

  function asBytes (buffer) {
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  }

  own('buffer-numbers')(Buffer)

  function oldBuffer (value, encodingOrOffset, length) {
    return typeof value === 'number' ? Buffer.alloc(value) : Buffer.from(value, encodingOrOffset, length)
  }

  // `new Buffer(text)` and `Buffer(text)` are old, and still in use.
  const callable = new Proxy(Buffer, {
    apply: (_, self, args) => oldBuffer(...args),
    construct: (target, args, newTarget) => newTarget === callable && typeof args[0] === 'string'
      ? oldBuffer(...args)
      : Reflect.construct(target, args, newTarget === callable ? target : newTarget)
  })
  Object.defineProperty(Buffer.prototype, 'constructor', { value: callable, writable: true, configurable: true })

  function btoa (text) {
    const string = String(text)
    if (/[^\x00-\xff]/.test(string)) {
      throw errors.coded(new Error('Invalid character'), 'ERR_INVALID_CHARACTER')
    }
    return view(bytesOf(string, 'latin1')).toString('base64')
  }

  module.exports = {
    Buffer: callable,
    SlowBuffer: callable,
    nameOf,
    kMaxLength: MOST,
    constants: { MAX_LENGTH: MOST, MAX_STRING_LENGTH: 2 ** 29 - 24 },
    btoa,
    atob: (text) => view(bytesOf(String(text), 'base64')).toString('latin1')
  }
})
