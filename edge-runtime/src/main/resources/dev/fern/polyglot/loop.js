// The event loop: timers, immediates and process.nextTick. Java takes one turn after another; promises go on between them.
(function (module, own, host) {
  'use strict'
  const NOTHING_LEFT = -1
  const MOST = 2 ** 31 - 1
  const timers = new Map()
  let immediates = []
  let queue = []
  let last = 0

  const now = () => host.nanos() / 1e6

  class Timeout {
    constructor (call, args, ms, repeats) {
      this.id = ++last
      this.call = call
      this.args = args
      this.ms = ms >= 1 && ms <= MOST ? Math.trunc(ms) : 1
      this.repeats = repeats
      this.refresh()
    }

    refresh () {
      this.due = now() + this.ms
      timers.set(this.id, this)
      return this
    }

    close () {
      timers.delete(this.id)
      return this
    }

    ref () { return this }
    unref () { return this }
    hasRef () { return true }
    [Symbol.toPrimitive] () { return this.id }
    [Symbol.dispose ?? 'dispose'] () { this.close() }
  }

  class Immediate {
    constructor (call, args) {
      this.call = call
      this.args = args
      immediates.push(this)
    }

    ref () { return this }
    unref () { return this }
    hasRef () { return true }
  }

  function callable (call) {
    if (typeof call !== 'function') {
      const error = new TypeError('The "callback" argument must be of type function.')
      error.code = 'ERR_INVALID_ARG_TYPE'
      throw error
    }
    return call
  }

  function clear (timer) {
    if (timer instanceof Immediate) {
      immediates = immediates.filter((one) => one !== timer)
    } else if (timer !== undefined && timer !== null) {
      timers.delete(timer instanceof Timeout ? timer.id : Number(timer))
    }
  }

  // All that process.nextTick has put there, and what that puts there.
  function ticks () {
    while (queue.length > 0) {
      const all = queue
      queue = []
      for (let i = 0; i < all.length; i++) {
        try {
          all[i].call(...all[i].args)
        } catch (error) {
          queue = all.slice(i + 1).concat(queue)
          throw error
        }
      }
    }
  }

  function first () {
    let first
    for (const timer of timers.values()) {
      if (first === undefined || timer.due < first.due || (timer.due === first.due && timer.id < first.id)) {
        first = timer
      }
    }
    return first
  }

  // Runs what is next. Says how many milliseconds later there is something to do: 0 for at once, -1 for never.
  function turn () {
    if (queue.length > 0) {
      ticks()
      return 0
    }
    const timer = first()
    if (timer !== undefined && timer.due <= now()) {
      if (timer.repeats) {
        timer.refresh()
      } else {
        timers.delete(timer.id)
      }
      timer.call(...timer.args)
      ticks()
      return 0
    }
    if (immediates.length > 0) {
      const immediate = immediates.shift()
      immediate.call(...immediate.args)
      ticks()
      return 0
    }
    return timer === undefined ? NOTHING_LEFT : Math.max(0.01, timer.due - now())
  }

  const api = {
    setTimeout: (call, ms, ...args) => new Timeout(callable(call), args, ms, false),
    setInterval: (call, ms, ...args) => new Timeout(callable(call), args, ms, true),
    setImmediate: (call, ...args) => new Immediate(callable(call), args),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear
  }
  const promises = {
    setTimeout: (ms, value) => new Promise((resolve) => api.setTimeout(resolve, ms, value)),
    setImmediate: (value) => new Promise((resolve) => api.setImmediate(resolve, value)),
    setInterval: async function * (ms, value) {
      for (;;) {
        yield await promises.setTimeout(ms, value)
      }
    }
  }
  promises.scheduler = { wait: promises.setTimeout, yield: promises.setImmediate }

  module.exports = {
    api,
    promises,
    ticks,
    turn,
    nextTick: (call, ...args) => { queue.push({ call: callable(call), args }) },
    queueMicrotask: (call) => { Promise.resolve().then(callable(call)) },
    now
  }
})
