// structuredClone (html.spec.whatwg.org), for what has no counterpart outside of the language.
(function (module) {
  'use strict'
  const ERRORS = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError }

  function clone (value, seen) {
    if (typeof value === 'function' || typeof value === 'symbol') {
      const error = new Error(`${String(value)} could not be cloned.`)
      error.name = 'DataCloneError'
      throw error
    }
    if (typeof value !== 'object' || value === null) {
      return value
    }
    if (seen.has(value)) {
      return seen.get(value)
    }
    const keep = (copy) => {
      seen.set(value, copy)
      return copy
    }
    if (value instanceof Date) return keep(new Date(value.getTime()))
    if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags))
    if (value instanceof ArrayBuffer) return keep(value.slice(0))
    if (ArrayBuffer.isView(value)) {
      const buffer = clone(value.buffer, seen)
      const Type = globalThis[value[Symbol.toStringTag]]
      return keep(new Type(buffer, value.byteOffset, value.length ?? value.byteLength))
    }
    if (value instanceof Map) {
      const copy = keep(new Map())
      value.forEach((one, key) => copy.set(clone(key, seen), clone(one, seen)))
      return copy
    }
    if (value instanceof Set) {
      const copy = keep(new Set())
      value.forEach((one) => copy.add(clone(one, seen)))
      return copy
    }
    if (value instanceof Error) {
      const copy = keep(new (ERRORS[value.name] ?? Error)(value.message))
      copy.stack = value.stack
      if ('cause' in value) copy.cause = clone(value.cause, seen)
      return copy
    }
    for (const type of [Number, String, Boolean, BigInt]) {
      if (value instanceof type) return keep(Object(value.valueOf()))
    }
    const copy = keep(Array.isArray(value) ? new Array(value.length) : {})
    for (const key of Object.keys(value)) {
      copy[key] = clone(value[key], seen)
    }
    return copy
  }

  module.exports = function structuredClone (value) {
    return clone(value, new Map())
  }
})
