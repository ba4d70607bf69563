// Whatever makes much of the heap in one piece asks first: for no more than the function's memory, and only if there is room.
// A watch that looks every few milliseconds sees everything else.
(function (module, own, host) {
  'use strict'
  const MB = 1 << 20
  const most = host.memory * MB
  const room = host.room
  const { construct, apply, defineProperty } = Reflect
  const isArray = Array.isArray
  const iterator = Symbol.iterator
  let sum = 0

  function check (bytes, what) {
    if (!(bytes > 65536)) {
      sum += bytes > 0 ? bytes : 0
    } else {
      if (bytes > most) {
        throw new RangeError(`${what} of ${bytes} bytes is over the function's memory of ${host.memory} MB`)
      }
      sum += bytes
    }
    if (sum > MB) {
      const asked = Math.min(sum, most)
      sum = 0
      if (!room(asked)) {
        throw new RangeError(`${what} of ${bytes} bytes: the device has no memory left for it`)
      }
    }
  }

  // A constructor in the place of an intrinsic one; newTarget and prototype stay what they were.
  function replaceConstructor (name, cost) {
    const intrinsic = globalThis[name]
    const bounded = new Proxy(intrinsic, {
      construct (target, args, newTarget) {
        check(cost(args), `new ${name}`)
        return construct(target, args, newTarget === bounded ? target : newTarget)
      }
    })
    defineProperty(intrinsic.prototype, 'constructor', { value: bounded, writable: true, configurable: true })
    defineProperty(globalThis, name, { value: bounded, writable: true, configurable: true })
  }

  function lengthOf (value) {
    const length = Number(value.length)
    return length > 0 ? length : 0
  }

  for (const name of ['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array',
    'Uint32Array', 'Float16Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array']) {
    const size = globalThis[name].BYTES_PER_ELEMENT
    const buffers = ArrayBuffer
    replaceConstructor(name, ([first]) => {
      if (typeof first === 'object' && first !== null) {
        return first instanceof buffers ? 0 : lengthOf(first) * size
      }
      return Number(first) * size
    })
  }
  replaceConstructor('ArrayBuffer', ([length, options]) =>
    Math.max(Number(length) || 0, options === undefined || options === null ? 0 : Number(options.maxByteLength) || 0))

  // A method that asks before it does its work.
  function replaceMethod (owner, name, cost, label) {
    const intrinsic = owner[name]
    if (typeof intrinsic !== 'function') {
      return
    }
    const bounded = {
      [name] (...args) {
        check(cost(this, args), label)
        return apply(intrinsic, this, args)
      }
    }[name]
    defineProperty(bounded, 'length', { value: intrinsic.length, configurable: true })
    defineProperty(owner, name, { value: bounded, writable: true, configurable: true, enumerable: false })
  }

  const bytesPerElement = 8
  const string = String.prototype
  replaceMethod(string, 'repeat', (self, [count]) => String(self).length * Number(count), 'String.prototype.repeat')
  for (const name of ['padStart', 'padEnd']) {
    replaceMethod(string, name, (_, [length]) => Number(length), `String.prototype.${name}`)
  }
  for (const name of ['replace', 'replaceAll']) {
    replaceMethod(string, name, (self, [, by]) =>
      typeof by === 'string' && by.length > 16 ? String(self).length * by.length : 0, `String.prototype.${name}`)
  }
  for (const name of ['resize', 'transfer', 'transferToFixedLength']) {
    replaceMethod(ArrayBuffer.prototype, name, (_, [length]) => Number(length), `ArrayBuffer.prototype.${name}`)
  }

  const array = Array.prototype
  for (const name of ['fill', 'slice', 'splice', 'toReversed', 'toSorted', 'toSpliced', 'with', 'flat', 'copyWithin',
    'reverse', 'sort', 'map', 'filter']) {
    replaceMethod(array, name, (self) => lengthOf(Object(self)) * bytesPerElement, `Array.prototype.${name}`)
  }
  for (const name of ['join', 'toString', 'toLocaleString']) {
    replaceMethod(array, name, (self, [by]) =>
      lengthOf(Object(self)) * (name === 'join' && by !== undefined ? String(by).length : 1), `Array.prototype.${name}`)
  }
  replaceMethod(array, 'concat', (self, args) => {
    let length = lengthOf(Object(self))
    for (const one of args) {
      length += isArray(one) ? one.length : 1
    }
    return length * bytesPerElement
  }, 'Array.prototype.concat')
  for (const name of ['push', 'unshift']) {
    replaceMethod(array, name, (_, args) => args.length > 1024 ? args.length * bytesPerElement : 0,
      `Array.prototype.${name}`)
  }
  const typedArray = Object.getPrototypeOf(Int8Array)
  replaceMethod(Array, 'from', (_, [items]) => isArray(items) || (items && typeof items === 'object' &&
    typeof items[iterator] !== 'function')
    ? lengthOf(items) * bytesPerElement
    : 0, 'Array.from')
  replaceMethod(typedArray, 'from', (_, [items]) => isArray(items) ? items.length * bytesPerElement : 0,
    'TypedArray.from')
})
