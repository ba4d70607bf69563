// Values as text for people: util.inspect and util.format, near enough to node's for a log.
(function (module) {
  'use strict'
  const WIDTH = 76
  const custom = Symbol.for('nodejs.util.inspect.custom')
  const DEFAULTS = { depth: 2, maxArrayLength: 100, maxStringLength: 10000, breakLength: 80, showHidden: false }
  const IDENTIFIER = /^[a-zA-Z_$][\w$]*$/

  function quoted (text, limit) {
    const shown = text.length > limit ? text.slice(0, limit) : text
    const mark = !shown.includes("'") ? "'" : !shown.includes('"') ? '"' : !shown.includes('`') ? '`' : "'"
    let out = ''
    for (const char of shown) {
      const code = char.codePointAt(0)
      if (char === '\\' || (char === mark && mark === "'")) {
        out += '\\' + char
      } else if (code < 32 || code === 127) {
        out += { '\n': '\\n', '\t': '\\t', '\r': '\\r', '\b': '\\b', '\f': '\\f', '\v': '\\v' }[char] ??
          '\\x' + code.toString(16).toUpperCase().padStart(2, '0')
      } else {
        out += char
      }
    }
    return mark + out + mark + (shown.length < text.length ? `... ${text.length - shown.length} more characters` : '')
  }

  function primitive (value, state) {
    switch (typeof value) {
      case 'string': return quoted(value, state.maxStringLength)
      case 'bigint': return `${value}n`
      case 'number': return Object.is(value, -0) ? '-0' : String(value)
      default: return String(value)
    }
  }

  function className (value) {
    for (let at = value; at !== null; at = Object.getPrototypeOf(at)) {
      const own = Object.getOwnPropertyDescriptor(at, 'constructor')
      if (own !== undefined && typeof own.value === 'function' && own.value.name !== '') {
        return own.value.name
      }
    }
    return null
  }

  function keyText (key) {
    return typeof key === 'symbol' ? `[${String(key)}]` : IDENTIFIER.test(key) ? key : quoted(key, 1000)
  }

  function property (value, key, state) {
    const about = Object.getOwnPropertyDescriptor(value, key)
    if (about === undefined || 'value' in about) {
      return inner(about === undefined ? value[key] : about.value, state)
    }
    return about.get ? (about.set ? '[Getter/Setter]' : '[Getter]') : '[Setter]'
  }

  function keysOf (value, state) {
    const keys = state.showHidden ? Object.getOwnPropertyNames(value) : Object.keys(value)
    const symbols = Object.getOwnPropertySymbols(value)
      .filter((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol))
    return [...keys, ...symbols]
  }

  function list (length, at, state) {
    const shown = Math.min(length, state.maxArrayLength)
    const parts = []
    for (let i = 0; i < shown; i++) {
      parts.push(at(i))
    }
    if (shown < length) {
      parts.push(`... ${length - shown} more item${length - shown > 1 ? 's' : ''}`)
    }
    return parts
  }

  const isIndex = (key) => typeof key === 'string' && /^\d+$/.test(key)

  function withHoles (value, state) {
    const parts = []
    let at = 0
    const hole = (to) => {
      if (to > at) {
        parts.push(`<${to - at} empty item${to - at > 1 ? 's' : ''}>`)
      }
    }
    for (const key of Object.keys(value).filter(isIndex).slice(0, state.maxArrayLength)) {
      hole(Number(key))
      parts.push(inner(value[key], state))
      at = Number(key) + 1
    }
    hole(value.length)
    return parts
  }

  // Head, contents and brackets of an object.
  function shape (value, state) {
    const name = className(value)
    const named = () => keysOf(value, state).filter((key) => !isIndex(key))
      .map((key) => `${keyText(key)}: ${property(value, key, state)}`)
    if (Array.isArray(value)) {
      const items = value.length === Object.keys(value).filter(isIndex).length
        ? list(value.length, (i) => inner(value[i], state), state)
        : withHoles(value, state)
      return { head: name === 'Array' ? '' : `${name}(${value.length}) `, parts: [...items, ...named()], open: '[', close: ']' }
    }
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      const items = list(value.length, (i) => primitive(value[i], state), state)
      return { head: `${name}(${value.length}) `, parts: items, open: '[', close: ']' }
    }
    if (value instanceof Map) {
      const items = [...value].map(([key, one]) => `${inner(key, state)} => ${inner(one, state)}`)
      return { head: `${name}(${value.size}) `, parts: [...items, ...named()], open: '{', close: '}' }
    }
    if (value instanceof Set) {
      const items = [...value].map((one) => inner(one, state))
      return { head: `${name}(${value.size}) `, parts: [...items, ...named()], open: '{', close: '}' }
    }
    if (value instanceof Promise) {
      return { head: 'Promise ', parts: named(), open: '{', close: '}' }
    }
    const tag = value[Symbol.toStringTag]
    const head = name === null ? '[Object: null prototype] ' : name === 'Object' ? '' : `${name} `
    const tagged = typeof tag === 'string' && tag !== '' && tag !== name ? `${head || 'Object '}[${tag}] ` : head
    return { head: tagged, parts: named(), open: '{', close: '}' }
  }

  function leaf (value, state) {
    if (typeof value === 'function') {
      const kind = /^class[\s{]/.test(Function.prototype.toString.call(value)) ? 'class' : className(value) ?? 'Function'
      return `[${kind}${value.name === '' ? ' (anonymous)' : kind === 'class' ? ' ' + value.name : ': ' + value.name}]`
    }
    if (value instanceof Error) {
      const stack = typeof value.stack === 'string' && value.stack !== '' ? value.stack : `[${String(value)}]`
      const lines = stack.split('\n').filter((line) => !/ \(?(fern:|\S+ \(native\)$)/.test(line))
      return lines.join('\n') + (value.cause === undefined ? '' : `\n  [cause]: ${inner(value.cause, state)}`)
    }
    if (value instanceof RegExp) {
      return String(value)
    }
    if (value instanceof Date) {
      return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
    }
    for (const type of [Number, String, Boolean, BigInt, Symbol]) {
      if (value instanceof type) {
        return `[${type.name}: ${primitive(value.valueOf(), state)}]`
      }
    }
    return null
  }

  function inner (value, state) {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
      return primitive(value, state)
    }
    if (state.seen.includes(value)) {
      return '[Circular *1]'
    }
    if (typeof value[custom] === 'function') {
      const made = value[custom](state.depth - state.seen.length, state, inspect)
      if (made !== value) {
        return typeof made === 'string' ? made : inner(made, state)
      }
    }
    const plain = leaf(value, state)
    const extra = plain === null ? [] : keysOf(value, state).filter((key) => key !== 'stack' && key !== 'message')
    if (plain !== null && (extra.length === 0 || typeof value === 'function')) {
      return plain
    }
    if (state.seen.length > state.depth) {
      return Array.isArray(value) ? '[Array]' : `[${className(value) ?? 'Object: null prototype'}]`
    }
    state.seen.push(value)
    const { head, parts, open, close } = plain === null
      ? shape(value, state)
      : { head: plain + ' ', parts: extra.map((key) => `${keyText(key)}: ${property(value, key, state)}`), open: '{', close: '}' }
    state.seen.pop()
    if (parts.length === 0) {
      return head + open + close
    }
    const line = parts.join(', ')
    if (line.length + head.length + 2 * state.seen.length <= WIDTH && !line.includes('\n')) {
      return open === '[' || open === '{' ? `${head}${open} ${line} ${close}` : line
    }
    const indent = '  '
    return `${head}${open}\n${parts.map((part) => indent + part.replaceAll('\n', '\n' + indent)).join(',\n')}\n${close}`
  }

  function inspect (value, options, ...old) {
    const given = typeof options === 'object' && options !== null
      ? options
      : { showHidden: options === true, ...(old[0] === undefined ? {} : { depth: old[0] }) }
    const state = { ...DEFAULTS, ...given, seen: [] }
    for (const key of ['depth', 'maxArrayLength', 'maxStringLength']) {
      state[key] = state[key] === null ? Infinity : state[key]
    }
    return inner(value, state)
  }
  inspect.custom = custom
  inspect.defaultOptions = DEFAULTS

  function one (value) {
    return typeof value === 'string' ? value : inspect(value)
  }

  function number (value, make) {
    return typeof value === 'bigint' ? `${value}n` : typeof value === 'symbol' ? 'NaN' : String(make(value))
  }

  function format (...args) {
    let next = 0
    let text = ''
    if (typeof args[0] === 'string') {
      next = 1
      text = args[0].replace(/%[sdifjoOc%]/g, (mark) => {
        if (mark === '%%') {
          return args.length > 1 ? '%' : mark
        }
        if (next >= args.length) {
          return mark
        }
        const value = args[next++]
        switch (mark) {
          case '%s': return typeof value === 'bigint' ? `${value}n` : typeof value === 'object' && value !== null
            ? inspect(value, { depth: 0 })
            : String(value)
          case '%d': return typeof value === 'object' ? 'NaN' : number(value, Number)
          case '%i': return number(value, parseInt)
          case '%f': return number(value, parseFloat)
          case '%j': try { return JSON.stringify(value) } catch { return '[Circular]' }
          case '%c': return ''
          default: return inspect(value, { depth: mark === '%o' ? 4 : 2 })
        }
      })
    }
    const rest = args.slice(next).map(one)
    return next === 0 ? rest.join(' ') : [text, ...rest].join(' ')
  }

  module.exports = { inspect, format }
})
