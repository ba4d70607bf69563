// assert (nodejs.org/api/assert.html).
(function (module, own) {
  'use strict'
  const { inspect, isDeepStrictEqual, isDeepEqual } = own('util')

  class AssertionError extends Error {
    constructor ({ message, actual, expected, operator }) {
      super(message ?? `${inspect(actual)} ${operator} ${inspect(expected)}`)
      this.name = 'AssertionError'
      this.code = 'ERR_ASSERTION'
      this.generatedMessage = message === undefined
      Object.assign(this, { actual, expected, operator })
    }
  }

  function check (good, actual, expected, message, operator) {
    if (!good) {
      throw message instanceof Error ? message : new AssertionError({ message, actual, expected, operator })
    }
  }

  function fits (error, expected, message) {
    if (expected === undefined || typeof expected === 'string') {
      return
    }
    if (typeof expected === 'function') {
      if (expected.prototype !== undefined && error instanceof expected) {
        return
      }
      if (Error.isPrototypeOf(expected)) {
        throw error
      }
      check(expected.call({}, error) === true, error, expected, message, 'throws')
    } else if (expected instanceof RegExp) {
      check(expected.test(String(error)), error, expected, message, 'throws')
    } else {
      for (const key of [...Object.keys(expected), ...(expected instanceof Error ? ['name', 'message'] : [])]) {
        const good = expected[key] instanceof RegExp && typeof error[key] === 'string'
          ? expected[key].test(error[key])
          : isDeepStrictEqual(error[key], expected[key])
        check(good, error[key], expected[key], message, 'throws')
      }
    }
  }

  const missing = (expected, message) => new AssertionError({
    message: 'Missing expected exception' + (typeof expected === 'string' ? ': ' + expected : message ? ': ' + message : '.'),
    operator: 'throws'
  })

  function assert (value, message) {
    check(value, value, true, message, '==')
  }

  const strict = {
    equal: (a, b, message) => check(Object.is(a, b), a, b, message, 'strictEqual'),
    notEqual: (a, b, message) => check(!Object.is(a, b), a, b, message, 'notStrictEqual'),
    deepEqual: (a, b, message) => check(isDeepStrictEqual(a, b), a, b, message, 'deepStrictEqual'),
    notDeepEqual: (a, b, message) => check(!isDeepStrictEqual(a, b), a, b, message, 'notDeepStrictEqual')
  }
  const common = {
    AssertionError,
    ok: (value, message) => check(value, value, true, message, '=='),
    fail: (message = 'Failed') => check(false, undefined, undefined, message, 'fail'),
    strictEqual: strict.equal,
    notStrictEqual: strict.notEqual,
    deepStrictEqual: strict.deepEqual,
    notDeepStrictEqual: strict.notDeepEqual,
    match: (text, pattern, message) => check(pattern.test(text), text, pattern, message, 'match'),
    doesNotMatch: (text, pattern, message) => check(!pattern.test(text), text, pattern, message, 'doesNotMatch'),
    ifError: (value) => {
      if (value !== null && value !== undefined) {
        throw value
      }
    },
    throws: (call, expected, message) => {
      try {
        call()
      } catch (error) {
        return fits(error, expected, message)
      }
      throw missing(expected, message)
    },
    doesNotThrow: (call) => { call() },
    rejects: async (promise, expected, message) => {
      try {
        await (typeof promise === 'function' ? promise() : promise)
      } catch (error) {
        return fits(error, expected, message)
      }
      throw missing(expected, message)
    },
    doesNotReject: async (promise) => { await (typeof promise === 'function' ? promise() : promise) }
  }

  Object.assign(assert, common, {
    equal: (a, b, message) => check(a == b || (a !== a && b !== b), a, b, message, '=='), // eslint-disable-line
    notEqual: (a, b, message) => check(a != b, a, b, message, '!='), // eslint-disable-line
    deepEqual: (a, b, message) => check(isDeepEqual(a, b), a, b, message, 'deepEqual'),
    notDeepEqual: (a, b, message) => check(!isDeepEqual(a, b), a, b, message, 'notDeepEqual'),
    strict: Object.assign((value, message) => assert(value, message), common, strict)
  })
  assert.strict.strict = assert.strict
  module.exports = assert
})
