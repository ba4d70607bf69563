// node's first interface for URLs: url.parse, url.format, url.resolve.
(function (module, own) {
  'use strict'
  const FORM = /^([a-zA-Z][a-zA-Z0-9+.-]*:)?(\/\/(?:([^/?#]*)@)?([^/?#:]*)(?::(\d*))?)?([^?#]*)(\?[^#]*)?(#[^]*)?$/

  class Url {
    constructor () {
      Object.assign(this, {
        protocol: null, slashes: null, auth: null, host: null, port: null, hostname: null, hash: null, search: null,
        query: null, pathname: null, path: null, href: ''
      })
    }

    format () { return format(this) }
  }

  function parse (text, withQuery = false, slashesDenoteHost = false) {
    const url = new Url()
    const form = FORM.exec(String(text).trim())
    if (form === null) {
      return Object.assign(url, { href: String(text), pathname: String(text), path: String(text) })
    }
    const isHost = form[2] !== undefined && (form[1] !== undefined || slashesDenoteHost)
    url.protocol = form[1]?.toLowerCase() ?? null
    if (isHost) {
      url.slashes = true
      url.auth = form[3] === undefined ? null : decodeURIComponent(form[3])
      url.hostname = form[4].toLowerCase()
      url.port = form[5] || null
      url.host = url.hostname + (url.port === null ? '' : ':' + url.port)
    }
    const pathname = (isHost ? '' : form[2] ?? '') + form[6]
    url.pathname = pathname !== '' ? pathname : isHost ? '/' : null
    url.search = form[7] ?? (withQuery ? '' : null)
    const query = form[7] === undefined ? null : form[7].slice(1)
    url.query = withQuery ? own('querystring').parse(query ?? '') : query
    url.hash = form[8] ?? null
    url.path = url.pathname === null && !url.search ? null : (url.pathname ?? '') + (url.search ?? '')
    url.href = format(url)
    return url
  }

  function format (url) {
    if (typeof url === 'string') {
      return parse(url).href
    }
    if (!(url instanceof Url) && typeof url.href === 'string' && typeof url.searchParams === 'object') {
      return url.href
    }
    const protocol = url.protocol ? url.protocol.replace(/:?$/, ':') : ''
    const host = url.host ?? (url.hostname ? url.hostname + (url.port ? ':' + url.port : '') : '')
    const slashes = url.slashes || /^(https?|ftp|wss?|file):$/.test(protocol) ? (host !== '' || protocol ? '//' : '') : ''
    const auth = url.auth && host ? encodeURIComponent(url.auth).replace('%3A', ':') + '@' : ''
    const query = typeof url.query === 'object' && url.query !== null ? own('querystring').stringify(url.query) : ''
    const search = url.search || (query === '' ? '' : '?' + query)
    const pathname = url.pathname ?? ''
    return protocol + slashes + auth + host + (slashes && pathname !== '' && !pathname.startsWith('/') ? '/' : '') +
      pathname + search.replace(/^\??(?=.)/, '?') + (url.hash ? url.hash.replace(/^#?/, '#') : '')
  }

  module.exports = (URL) => ({
    Url,
    parse,
    format,
    resolve: (from, to) => {
      const inner = new URL(to, new URL(from, 'fern-none://base'))
      return inner.protocol === 'fern-none:'
        ? inner.pathname.slice(/^\//.test(from) || /^\//.test(to) ? 0 : 1) + inner.search + inner.hash
        : inner.href
    },
    pathToFileURL: (path) => new URL('file://' + encodeURI(own('path').resolve(path)).replace(/[?#]/g, encodeURIComponent)),
    fileURLToPath: (url) => decodeURIComponent(new URL(url).pathname),
    domainToASCII: (name) => new URL('http://' + name).hostname,
    urlToHttpOptions: ({ protocol, hostname, pathname, search, href }) =>
      ({ protocol, hostname, path: pathname + search, href })
  })
})
