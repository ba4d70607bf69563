// The names that node has everywhere. What is large is made when it is first used.
(function (module, own, host) {
  'use strict'
  const loop = own('loop')
  const custom = Symbol.for('nodejs.util.promisify.custom')

  function define (name, value) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false })
  }

  function later (name, make) {
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get: () => {
        const value = make()
        define(name, value)
        return value
      },
      set: (value) => define(name, value)
    })
  }

  define('global', globalThis)
  for (const [name, value] of Object.entries(loop.api)) {
    define(name, value)
  }
  loop.api.setTimeout[custom] = loop.promises.setTimeout
  loop.api.setImmediate[custom] = loop.promises.setImmediate
  define('queueMicrotask', loop.queueMicrotask)
  later('process', () => own('process'))
  later('console', () => own('console'))
  later('Buffer', () => own('buffer').Buffer)
  later('URL', () => own('url').URL)
  later('URLSearchParams', () => own('url').URLSearchParams)
  later('structuredClone', () => own('clone'))
  for (const name of ['Event', 'EventTarget', 'AbortController', 'AbortSignal']) {
    later(name, () => own('abort')[name])
  }
  define('atob', (text) => own('buffer').atob(text))
  define('btoa', (text) => own('buffer').btoa(text))
  const start = loop.now()
  define('performance', { timeOrigin: Date.now(), now: () => loop.now() - start, mark () {}, measure () {} })
  define('fetch', () => Promise.reject(own('errors').noBuiltin('fetch')))

  // V8's way to give an object a stack
  if (typeof Error.captureStackTrace !== 'function') {
    Error.captureStackTrace = (object, above) => {
      const lines = String(new Error().stack).split('\n').slice(2)
      const at = above && above.name ? lines.findIndex((line) => line.includes(`at ${above.name} `)) : -1
      const name = typeof object.toString === 'function' ? String(object) : 'Error'
      Object.defineProperty(object, 'stack', {
        value: [name, ...lines.slice(at + 1)].join('\n'),
        writable: true,
        configurable: true
      })
    }
    Error.stackTraceLimit = 10
  }
})
