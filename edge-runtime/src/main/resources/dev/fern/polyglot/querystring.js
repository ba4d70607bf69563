// querystring (nodejs.org/api/querystring.html).
(function (module) {
  'use strict'
  function escape (text) {
    return encodeURIComponent(String(text))
  }

  function unescape (text) {
    try {
      return decodeURIComponent(text)
    } catch {
      return text
    }
  }

  function valueText (value) {
    return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint' ||
      (typeof value === 'number' && Number.isFinite(value))
      ? String(value)
      : ''
  }

  const querystring = {
    escape,
    unescape,

    parse (text, separator = '&', equals = '=', options = {}) {
      const result = Object.create(null)
      if (typeof text !== 'string' || text === '') {
        return result
      }
      const decode = options?.decodeURIComponent ?? querystring.unescape
      const most = options?.maxKeys ?? 1000
      const pairs = text.split(separator || '&')
      for (const pair of most > 0 ? pairs.slice(0, most) : pairs) {
        if (pair === '') {
          continue
        }
        const at = pair.indexOf(equals || '=')
        const plain = (part) => decode(part.replaceAll('+', ' '))
        const name = plain(at < 0 ? pair : pair.slice(0, at))
        const value = at < 0 ? '' : plain(pair.slice(at + (equals || '=').length))
        result[name] = name in result ? [].concat(result[name], value) : value
      }
      return result
    },

    stringify (object, separator = '&', equals = '=', options = {}) {
      const encode = options?.encodeURIComponent ?? querystring.escape
      const pairs = []
      for (const name of Object.keys(object ?? {})) {
        for (const value of [].concat(object[name])) {
          pairs.push(encode(name) + (equals || '=') + encode(valueText(value)))
        }
      }
      return pairs.join(separator || '&')
    }
  }
  querystring.encode = querystring.stringify
  querystring.decode = querystring.parse
  module.exports = querystring
})
