// Whatever makes much of the heap in one piece asks first: for no more than the function's memory, and only if there is room.
// A watch that looks every few milliseconds sees everything else.
(function (module, own, host) {
  'use strict'
  const MB = 1 << 20
  const most = host.memory * MB
  const room = host.room
  const SMALL = 65536
  const ELEMENT = 8 // bytes
  const { construct, apply, defineProperty } = Reflect
  const call = Function.prototype.call.bind(Function.prototype.call)
  const isArray = Array.isArray
  const iterator = Symbol.iterator
  let sum = 0

  function check (bytes, what) {
    if (!(bytes > SMALL)) {
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

  // A method that asks before it does its work. None has more than three arguments, and one that is undefined is as good
  // as one that is not given.
  function replaceMethod (owner, name, cost, label) {
    const intrinsic = owner[name]
    if (typeof intrinsic !== 'function') {
      return
    }
    const bounded = {
      [name] (a, b, c) {
        const bytes = cost(this, a, b)
        if (bytes > SMALL) {
          check(bytes, label)
        }
        return call(intrinsic, this, a, b, c)
      }
    }[name]
    replace(owner, name, bounded, intrinsic)
  }

  function replace (owner, name, bounded, intrinsic) {
    defineProperty(bounded, 'length', { value: intrinsic.length, configurable: true })
    defineProperty(owner, name, { value: bounded, writable: true, configurable: true, enumerable: false })
  }

  const string = String.prototype
  replaceMethod(string, 'repeat', (self, count) => self.length * count, 'String.prototype.repeat')
  for (const name of ['padStart', 'padEnd']) {
    replaceMethod(string, name, (_, length) => +length, `String.prototype.${name}`)
  }
  for (const name of ['replace', 'replaceAll']) {
    replaceMethod(string, name, (self, _, by) => typeof by === 'string' && by.length > 16 ? self.length * by.length : 0,
      `String.prototype.${name}`)
  }
  // What these make piece by piece they make in one go, and nobody can stop them meanwhile.
  const PIECE = 48 // bytes, of a part of a text
  const NODE = 16 // bytes that JSON.parse makes of a character, at the worst
  const { indexOf } = string
  function pieces (text, by) {
    if (typeof text !== 'string' || text.length <= SMALL || by === undefined || by === null) {
      return 0
    }
    if (typeof by !== 'string' || by === '') {
      return text.length * ELEMENT
    }
    let count = 0
    for (let at = call(indexOf, text, by); at >= 0; at = call(indexOf, text, by, at + by.length)) {
      count++
    }
    return count * PIECE
  }
  replaceMethod(string, 'split', pieces, 'String.prototype.split')
  for (const name of ['match', 'matchAll']) {
    replaceMethod(string, name, (self) => self.length > SMALL ? self.length * ELEMENT : 0, `String.prototype.${name}`)
  }
  for (const symbol of [Symbol.split, Symbol.match]) {
    replaceMethod(RegExp.prototype, symbol, (_, text) => typeof text === 'string' ? text.length * ELEMENT : 0,
      'a regular expression')
  }
  replaceMethod(JSON, 'parse', (_, text) => typeof text === 'string' ? text.length * NODE : 0, 'JSON.parse')
  for (const name of ['resize', 'transfer', 'transferToFixedLength']) {
    replaceMethod(ArrayBuffer.prototype, name, (_, length) => +length, `ArrayBuffer.prototype.${name}`)
  }

  const array = Array.prototype
  for (const name of ['fill', 'slice', 'toReversed', 'toSorted', 'with']) {
    replaceMethod(array, name, (self) => self.length * ELEMENT, `Array.prototype.${name}`)
  }
  replaceMethod(array, 'join', (self, by) => self.length * (by === undefined ? 1 : `${by}`.length), 'Array.prototype.join')
  for (const name of ['toString', 'toLocaleString']) {
    replaceMethod(array, name, (self) => self.length, `Array.prototype.${name}`)
  }

  // these take any number of arguments
  const { concat, toSpliced } = array
  replace(array, 'concat', {
    concat (...args) {
      let length = this.length
      for (let i = 0; i < args.length; i++) {
        length += isArray(args[i]) ? args[i].length : 1
      }
      check(length * ELEMENT, 'Array.prototype.concat')
      return apply(concat, this, args)
    }
  }.concat, concat)
  replace(array, 'toSpliced', {
    toSpliced (...args) {
      check(this.length * ELEMENT, 'Array.prototype.toSpliced')
      return apply(toSpliced, this, args)
    }
  }.toSpliced, toSpliced)

  const listed = (items) => isArray(items) || (typeof items === 'object' && items !== null &&
    typeof items[iterator] !== 'function')
    ? items.length * ELEMENT
    : 0
  replaceMethod(Array, 'from', (_, items) => listed(items), 'Array.from')
  replaceMethod(Object.getPrototypeOf(Int8Array), 'from', (_, items) => listed(items), 'TypedArray.from')
})
