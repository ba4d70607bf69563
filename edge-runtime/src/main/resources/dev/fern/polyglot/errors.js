// Errors with the codes by which node's own are known.
(function (module) {
  'use strict'
  function coded (error, code) {
    error.code = code
    return error
  }
  module.exports = {
    coded,
    noBuiltin: (name) => coded(new Error(
      `${name} is not there for JavaScript in Fern's own process; it needs fern/isolation: process`), 'FERN_NO_BUILTIN'),
    notFound: (name, from) => coded(new Error(`Cannot find module '${name}', required by ${from}`), 'MODULE_NOT_FOUND'),
    esModule: (path) => coded(new Error(`${path} is an ES module`), 'ERR_REQUIRE_ESM'),
    badType: (what, wanted, value) => coded(new TypeError(
      `The "${what}" argument must be ${wanted}. Received ${value === null ? 'null' : typeof value}`),
    'ERR_INVALID_ARG_TYPE'),
    badRange: (what, wanted, value) => coded(new RangeError(
      `The value of "${what}" is out of range. It must be ${wanted}. Received ${value}`), 'ERR_OUT_OF_RANGE')
  }
})
