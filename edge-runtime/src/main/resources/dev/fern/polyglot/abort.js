// Event, EventTarget, AbortController, AbortSignal (dom.spec.whatwg.org), as far as code without a page uses them.
(function (module, own) {
  'use strict'
  const loop = own('loop')

  class Event {
    constructor (type, { cancelable = false } = {}) {
      this.type = String(type)
      this.cancelable = cancelable
      this.defaultPrevented = false
      this.timeStamp = loop.now()
      this.target = this.currentTarget = null
    }

    preventDefault () { this.defaultPrevented ||= this.cancelable }
    stopImmediatePropagation () { this.stopped = true }
    stopPropagation () {}
  }

  class EventTarget {
    #listeners = []

    addEventListener (type, listener, options) {
      if (listener && !this.#listeners.some((one) => one.type === type && one.listener === listener)) {
        this.#listeners.push({ type, listener, once: options?.once === true })
      }
    }

    removeEventListener (type, listener) {
      this.#listeners = this.#listeners.filter((one) => one.type !== type || one.listener !== listener)
    }

    dispatchEvent (event) {
      event.target = event.currentTarget = this
      this['on' + event.type]?.(event)
      for (const one of this.#listeners.filter(({ type }) => type === event.type)) {
        if (event.stopped) {
          break
        }
        if (one.once) {
          this.removeEventListener(one.type, one.listener)
        }
        typeof one.listener === 'function' ? one.listener.call(this, event) : one.listener.handleEvent(event)
      }
      return !event.defaultPrevented
    }
  }

  function named (name, message) {
    const error = new Error(message)
    error.name = name
    return error
  }

  class AbortSignal extends EventTarget {
    aborted = false
    reason = undefined
    onabort = null

    throwIfAborted () {
      if (this.aborted) {
        throw this.reason
      }
    }

    static abort (reason) {
      const controller = new AbortController()
      controller.abort(reason)
      return controller.signal
    }

    static timeout (ms) {
      const controller = new AbortController()
      loop.api.setTimeout(() => controller.abort(named('TimeoutError', 'The operation was aborted due to timeout')), ms)
      return controller.signal
    }

    static any (signals) {
      const controller = new AbortController()
      for (const signal of signals) {
        if (signal.aborted) {
          controller.abort(signal.reason)
        }
        signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true })
      }
      return controller.signal
    }
  }

  class AbortController {
    signal = new AbortSignal()

    abort (reason = named('AbortError', 'This operation was aborted')) {
      if (!this.signal.aborted) {
        this.signal.aborted = true
        this.signal.reason = reason
        this.signal.dispatchEvent(new Event('abort'))
      }
    }
  }

  module.exports = { Event, EventTarget, AbortController, AbortSignal }
})
