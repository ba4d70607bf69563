// util (nodejs.org/api/util.html).
(function (module, own) {
  'use strict'
  const { inspect, format } = own('inspect')
  const errors = own('errors')
  const promisified = Symbol.for('nodejs.util.promisify.custom')

  function promisify (original) {
    if (typeof original !== 'function') {
      throw errors.badType('original', 'of type function', original)
    }
    if (typeof original[promisified] === 'function') {
      return original[promisified]
    }
    const made = function (...args) {
      return new Promise((resolve, reject) => {
        original.call(this, ...args, (error, value) => error ? reject(error) : resolve(value))
      })
    }
    Object.setPrototypeOf(made, Object.getPrototypeOf(original))
    return Object.defineProperties(made, Object.getOwnPropertyDescriptors(original))
  }
  promisify.custom = promisified

  function callbackify (original) {
    return function (...args) {
      const done = args.pop()
      original.apply(this, args).then(
        (value) => process.nextTick(done, null, value),
        (error) => process.nextTick(done, error ?? new Error('Promise was rejected with a falsy value')))
    }
  }

  function inherits (type, parent) {
    Object.defineProperty(type, 'super_', { value: parent, writable: true, configurable: true })
    Object.setPrototypeOf(type.prototype, parent.prototype)
  }

  function deprecate (call, message) {
    let said = false
    return function (...args) {
      if (!said) {
        said = true
        console.warn('DeprecationWarning: ' + message)
      }
      return new.target ? Reflect.construct(call, args, new.target) : call.apply(this, args)
    }
  }

  const tag = (value) => Object.prototype.toString.call(value).slice(8, -1)
  const is = (type) => (value) => value instanceof type
  const types = {
    isPromise: is(Promise),
    isDate: is(Date),
    isRegExp: is(RegExp),
    isMap: is(Map),
    isSet: is(Set),
    isWeakMap: is(WeakMap),
    isWeakSet: is(WeakSet),
    isNativeError: is(Error),
    isArrayBuffer: is(ArrayBuffer),
    isAnyArrayBuffer: is(ArrayBuffer),
    isSharedArrayBuffer: () => false,
    isDataView: is(DataView),
    isArrayBufferView: ArrayBuffer.isView,
    isTypedArray: (value) => ArrayBuffer.isView(value) && !(value instanceof DataView),
    isUint8Array: is(Uint8Array),
    isAsyncFunction: (value) => typeof value === 'function' && tag(value) === 'AsyncFunction',
    isGeneratorFunction: (value) => typeof value === 'function' && /GeneratorFunction$/.test(tag(value)),
    isGeneratorObject: (value) => tag(value) === 'Generator',
    isBoxedPrimitive: (value) => [Number, String, Boolean, BigInt, Symbol].some((type) => value instanceof type),
    isProxy: () => false
  }

  // Whether two values are the same in structure; strictly, in their kinds too.
  function same (a, b, strict, seen) {
    if (strict ? Object.is(a, b) : a == b || (a !== a && b !== b)) { // eslint-disable-line
      return true
    }
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
      return false
    }
    if (tag(a) !== tag(b) || (strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) ||
      Array.isArray(a) !== Array.isArray(b)) {
      return false
    }
    if (seen.some(([one, other]) => one === a && other === b)) {
      return true
    }
    seen.push([a, b])
    const equal = sameContent(a, b, strict, seen)
    seen.pop()
    return equal
  }

  function sameContent (a, b, strict, seen) {
    const both = (x, y) => same(x, y, strict, seen)
    if (a instanceof Date) return a.getTime() === b.getTime()
    if (a instanceof RegExp) return String(a) === String(b)
    if (types.isBoxedPrimitive(a) && !Object.is(a.valueOf(), b.valueOf())) return false
    if (a instanceof Error && (a.message !== b.message || a.name !== b.name)) return false
    if (a instanceof Map) {
      return a.size === b.size && [...a].every(([key, value]) => b.has(key)
        ? both(value, b.get(key))
        : [...b].some(([other, its]) => typeof key === 'object' && both(key, other) && both(value, its)))
    }
    if (a instanceof Set) {
      return a.size === b.size && [...a].every((one) => b.has(one) ||
        (typeof one === 'object' && [...b].some((other) => both(one, other))))
    }
    if (ArrayBuffer.isView(a)) {
      return a.byteLength === b.byteLength && (a.length === undefined || Array.from(a).every((one, i) => both(one, b[i])))
    }
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && (!Array.isArray(a) || a.length === b.length) &&
      keys.every((key) => Object.hasOwn(b, key) && both(a[key], b[key]))
  }

  module.exports = {
    inspect,
    format,
    formatWithOptions: (_, ...args) => format(...args),
    promisify,
    callbackify,
    inherits,
    deprecate,
    types,
    TextEncoder,
    TextDecoder,
    isDeepStrictEqual: (a, b) => same(a, b, true, []),
    isDeepEqual: (a, b) => same(a, b, false, []),
    debuglog: () => Object.assign(() => {}, { enabled: false }),
    debug: () => Object.assign(() => {}, { enabled: false }),
    stripVTControlCharacters: (text) => text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, ''),
    styleText: (_, text) => text,
    toUSVString: (text) => String(text).toWellFormed(),
    isArray: Array.isArray,
    isBoolean: (value) => typeof value === 'boolean',
    isDate: types.isDate,
    isError: types.isNativeError,
    isFunction: (value) => typeof value === 'function',
    isNull: (value) => value === null,
    isNullOrUndefined: (value) => value === null || value === undefined,
    isNumber: (value) => typeof value === 'number',
    isObject: (value) => typeof value === 'object' && value !== null,
    isPrimitive: (value) => value === null || (typeof value !== 'object' && typeof value !== 'function'),
    isRegExp: types.isRegExp,
    isString: (value) => typeof value === 'string',
    isUndefined: (value) => value === undefined
  }
})
