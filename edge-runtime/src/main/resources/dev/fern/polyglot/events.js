// EventEmitter (nodejs.org/api/events.html).
(function (module, own) {
  'use strict'
  const errors = own('errors')

  function listenersOf (emitter) {
    if (!Object.hasOwn(emitter, '_events') || emitter._events === undefined) {
      emitter._events = new Map()
    }
    return emitter._events
  }

  function checked (listener) {
    if (typeof listener !== 'function') {
      throw errors.badType('listener', 'of type function', listener)
    }
    return listener
  }

  function add (emitter, name, listener, first) {
    const events = listenersOf(emitter)
    if (events.has('newListener')) {
      emitter.emit('newListener', name, listener.listener ?? listener)
    }
    const list = events.get(name) ?? []
    events.set(name, first ? [listener, ...list] : [...list, listener])
    return emitter
  }

  function onceOnly (emitter, name, listener) {
    const wrapper = function (...args) {
      emitter.off(name, wrapper)
      return listener.apply(emitter, args)
    }
    wrapper.listener = checked(listener)
    return wrapper
  }

  // A function and not a class, so that it can be called on objects of others, as util.inherits does.
  function EventEmitter () {
    listenersOf(this)
  }

  const methods = {
    on (name, listener) { return add(this, name, checked(listener), false) },
    once (name, listener) { return add(this, name, onceOnly(this, name, listener), false) },
    prependListener (name, listener) { return add(this, name, checked(listener), true) },
    prependOnceListener (name, listener) { return add(this, name, onceOnly(this, name, listener), true) },

    off (name, listener) {
      const events = listenersOf(this)
      const list = events.get(name) ?? []
      const at = list.findLastIndex((one) => one === listener || one.listener === listener)
      if (at >= 0) {
        const rest = list.filter((_, i) => i !== at)
        if (rest.length > 0) {
          events.set(name, rest)
        } else {
          events.delete(name)
        }
        if (events.has('removeListener')) {
          this.emit('removeListener', name, listener)
        }
      }
      return this
    },

    removeAllListeners (name) {
      if (name === undefined) {
        listenersOf(this).clear()
      } else {
        listenersOf(this).delete(name)
      }
      return this
    },

    emit (name, ...args) {
      const list = listenersOf(this).get(name)
      if (list === undefined) {
        if (name === 'error') {
          throw args[0] instanceof Error ? args[0] : new Error(`Unhandled error. (${String(args[0])})`)
        }
        return false
      }
      for (const listener of list) {
        listener.apply(this, args)
      }
      return true
    },

    listeners (name) { return (listenersOf(this).get(name) ?? []).map((one) => one.listener ?? one) },
    rawListeners (name) { return [...listenersOf(this).get(name) ?? []] },
    listenerCount (name) { return (listenersOf(this).get(name) ?? []).length },
    eventNames () { return [...listenersOf(this).keys()] },
    setMaxListeners () { return this },
    getMaxListeners () { return EventEmitter.defaultMaxListeners }
  }
  for (const [name, method] of Object.entries(methods)) {
    Object.defineProperty(EventEmitter.prototype, name, { value: method, writable: true, configurable: true })
  }
  for (const [alias, name] of [['addListener', 'on'], ['removeListener', 'off']]) {
    Object.defineProperty(EventEmitter.prototype, alias, { value: methods[name], writable: true, configurable: true })
  }

  EventEmitter.EventEmitter = EventEmitter
  EventEmitter.defaultMaxListeners = 10
  EventEmitter.once = (emitter, name) => new Promise((resolve, reject) => {
    const failed = (error) => {
      emitter.off(name, happened)
      reject(error)
    }
    const happened = (...args) => {
      emitter.off('error', failed)
      resolve(args)
    }
    emitter.once(name, happened)
    if (name !== 'error') {
      emitter.once('error', failed)
    }
  })
  module.exports = EventEmitter
})
