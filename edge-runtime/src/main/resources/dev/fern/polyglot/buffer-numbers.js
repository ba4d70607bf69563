// The readUInt16BE and its like of Buffer.
(function (module, own) {
  'use strict'
  const errors = own('errors')
  const KINDS = [['UInt8', 'Uint8', 1], ['Int8', 'Int8', 1], ['UInt16', 'Uint16', 2], ['Int16', 'Int16', 2],
    ['UInt32', 'Uint32', 4], ['Int32', 'Int32', 4], ['Float', 'Float32', 4], ['Double', 'Float64', 8],
    ['BigInt64', 'BigInt64', 8], ['BigUInt64', 'BigUint64', 8]]
  const RANGES = {
    UInt8: [0, 255], Int8: [-128, 127], UInt16: [0, 65535], Int16: [-32768, 32767], UInt32: [0, 2 ** 32 - 1],
    Int32: [-(2 ** 31), 2 ** 31 - 1]
  }

  function place (buffer, offset, size) {
    if (!Number.isInteger(offset) || offset < 0 || offset + size > buffer.length) {
      throw errors.badRange('offset', `>= 0 and <= ${buffer.length - size}`, offset)
    }
    return new DataView(buffer.buffer, buffer.byteOffset + offset, size)
  }

  function define (Buffer, name, method) {
    for (const alias of [name, name.replace('UInt', 'Uint')]) {
      Object.defineProperty(Buffer.prototype, alias, { value: method, writable: true, configurable: true })
    }
  }

  // Numbers of 1 to 6 bytes.
  function defineAnySize (Buffer, signed, little) {
    const name = (signed ? 'Int' : 'UInt') + (little ? 'LE' : 'BE')
    define(Buffer, 'read' + name, function (offset, size) {
      const view = place(this, offset, size)
      let value = 0
      for (let i = 0; i < size; i++) {
        value = value * 256 + view.getUint8(little ? size - 1 - i : i)
      }
      return signed && value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value
    })
    define(Buffer, 'write' + name, function (value, offset, size) {
      const view = place(this, offset, size)
      let rest = value < 0 ? value + 2 ** (8 * size) : value
      for (let i = 0; i < size; i++) {
        view.setUint8(little ? i : size - 1 - i, rest % 256)
        rest = Math.floor(rest / 256)
      }
      return offset + size
    })
  }

  function swap (size) {
    return function () {
      for (let at = 0; at + size <= this.length; at += size) {
        Uint8Array.prototype.reverse.call(this.subarray(at, at + size))
      }
      return this
    }
  }

  module.exports = (Buffer) => {
    for (const [name, type, size] of KINDS) {
      for (const order of size === 1 ? [''] : ['LE', 'BE']) {
        define(Buffer, 'read' + name + order, function (offset = 0) {
          return place(this, offset, size)['get' + type](0, order === 'LE')
        })
        define(Buffer, 'write' + name + order, function (value, offset = 0) {
          const range = RANGES[name]
          if (range !== undefined && !(value >= range[0] && value <= range[1])) {
            throw errors.badRange('value', `>= ${range[0]} and <= ${range[1]}`, value)
          }
          place(this, offset, size)['set' + type](0, value, order === 'LE')
          return offset + size
        })
      }
    }
    for (const signed of [true, false]) {
      for (const little of [true, false]) {
        defineAnySize(Buffer, signed, little)
      }
    }
    for (const size of [2, 4, 8]) {
      define(Buffer, `swap${size * 8}`, swap(size))
    }
  }
})
