// URL and URLSearchParams (url.spec.whatwg.org, for the schemes with an authority), and node's older url.parse, format, resolve.
(function (module, own) {
  'use strict'
  const errors = own('errors')
  const PORTS = { 'http:': '80', 'https:': '443', 'ws:': '80', 'wss:': '443', 'ftp:': '21', 'file:': '' }
  const ABSOLUTE = /^([a-zA-Z][a-zA-Z0-9+.-]*:)([^]*)$/
  const AUTHORITY = /^(?:([^@/]*)@)?(\[[0-9a-fA-F:.]+\]|[^:/?#\s\\@]*)(?::(\d*))?$/

  function encoded (text, kept) {
    return text.replace(kept, (char) => encodeURIComponent(char.isWellFormed() ? char : '\uFFFD'))
  }
  const pathText = (text) => encoded(text, /[\x00-\x20"#<>?`{}\x7f]|[^\x00-\x7f]+/g)
  const queryText = (text) => encoded(text, /[\x00-\x20"#<>\x7f]|[^\x00-\x7f]+/g)
  const hashText = (text) => encoded(text, /[\x00-\x20"<>`\x7f]|[^\x00-\x7f]+/g)
  const userText = (text) => encoded(text, /[\x00-\x20"#<>?`{}/:;=@[\\\]^|\x7f]|[^\x00-\x7f]+/g)
  const formText = (text) => encodeURIComponent(text.toWellFormed()).replaceAll('%20', '+')
    .replace(/[!'()~]/g, (char) => '%' + char.charCodeAt(0).toString(16).toUpperCase())

  function plain (text) {
    const spaced = text.replaceAll('+', ' ')
    try {
      return decodeURIComponent(spaced)
    } catch {
      return spaced.replace(/(%[0-9a-fA-F]{2})+/g, (bytes) =>
        new TextDecoder().decode(Uint8Array.from(bytes.slice(1).split('%'), (hex) => parseInt(hex, 16))))
    }
  }

  class URLSearchParams {
    #pairs = []
    #changed

    constructor (init = '', changed = () => {}) {
      this.#changed = changed
      if (typeof init === 'object' && init !== null) {
        const entries = typeof init[Symbol.iterator] === 'function' ? init : Object.entries(init)
        for (const [name, value] of entries) {
          this.#pairs.push([String(name), String(value)])
        }
      } else {
        this.#read(String(init))
      }
    }

    #read (text) {
      for (const pair of text.replace(/^\?/, '').split('&')) {
        if (pair !== '') {
          const at = pair.indexOf('=')
          this.#pairs.push([plain(at < 0 ? pair : pair.slice(0, at)), at < 0 ? '' : plain(pair.slice(at + 1))])
        }
      }
    }

    get size () { return this.#pairs.length }
    get (name) { return this.#pairs.find(([one]) => one === String(name))?.[1] ?? null }
    getAll (name) { return this.#pairs.filter(([one]) => one === String(name)).map(([, value]) => value) }

    has (name, value) {
      return this.#pairs.some((pair) => pair[0] === String(name) && (value === undefined || pair[1] === String(value)))
    }

    append (name, value) {
      this.#pairs.push([String(name), String(value)])
      this.#changed()
    }

    delete (name, value) {
      this.#pairs = this.#pairs.filter((pair) =>
        pair[0] !== String(name) || (value !== undefined && pair[1] !== String(value)))
      this.#changed()
    }

    set (name, value) {
      const first = this.#pairs.find(([one]) => one === String(name))
      if (first === undefined) {
        this.#pairs.push([String(name), String(value)])
      } else {
        first[1] = String(value)
        this.#pairs = this.#pairs.filter((pair) => pair === first || pair[0] !== first[0])
      }
      this.#changed()
    }

    sort () {
      this.#pairs.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
      this.#changed()
    }

    forEach (action, self) { this.#pairs.forEach(([name, value]) => action.call(self, value, name, this)) }
    * entries () { for (const [name, value] of this.#pairs) yield [name, value] }
    * keys () { for (const [name] of this.#pairs) yield name }
    * values () { for (const [, value] of this.#pairs) yield value }
    [Symbol.iterator] () { return this.entries() }
    toString () { return this.#pairs.map((pair) => pair.map(formText).join('=')).join('&') }
    get [Symbol.toStringTag] () { return 'URLSearchParams' }
  }

  function invalid (input) {
    const error = errors.coded(new TypeError('Invalid URL'), 'ERR_INVALID_URL')
    error.input = input
    return error
  }

  function dots (path) {
    const kept = []
    const all = path.split('/').slice(1)
    all.forEach((part, i) => {
      const isLast = i === all.length - 1
      if (/^(\.|%2e){2}$/i.test(part)) {
        kept.pop()
        if (isLast) kept.push('')
      } else if (/^(\.|%2e)$/i.test(part)) {
        if (isLast) kept.push('')
      } else {
        kept.push(part)
      }
    })
    return '/' + kept.join('/')
  }

  function cut (rest) {
    const [, path, query, hash] = /^([^?#]*)(\?[^#]*)?(#[^]*)?$/.exec(rest)
    return { path, query, hash }
  }

  class URL {
    #protocol = ''
    #username = ''
    #password = ''
    #hostname = ''
    #port = ''
    #path = ''
    #query = ''
    #hash = ''
    #special = true
    #params

    constructor (input, base) {
      const text = String(input).replace(/^[\x00-\x20]+|[\x00-\x20]+$|[\t\n\r]/g, '')
      const form = ABSOLUTE.exec(text)
      if (form !== null) {
        this.#absolute(form[1].toLowerCase(), form[2], String(input))
      } else if (base === undefined) {
        throw invalid(String(input))
      } else {
        this.#relative(text, new URL(base), String(input))
      }
      this.#params = new URLSearchParams(this.#query, () => {
        const query = this.#params.toString()
        this.#query = query === '' ? '' : '?' + query
      })
    }

    #absolute (protocol, rest, input) {
      this.#protocol = protocol
      this.#special = protocol in PORTS
      const isFile = protocol === 'file:'
      const slashed = isFile && !/^[/\\]{2}/.test(rest)
        ? '//' + rest.replace(/^[/\\]?/, '/')
        : this.#special && !isFile ? rest.replace(/^[/\\]*/, '//') : rest
      if (slashed.startsWith('//')) {
        const end = slashed.slice(2).search(this.#special ? /[/\\?#]/ : /[/?#]/)
        this.#authority(end < 0 ? slashed.slice(2) : slashed.slice(2, end + 2), input)
        this.#tail(end < 0 ? '' : slashed.slice(end + 2))
      } else {
        const { path, query, hash } = cut(slashed)
        this.#path = path
        this.#query = query === undefined || query === '?' ? '' : queryText(query)
        this.#hash = hash === undefined || hash === '#' ? '' : hashText(hash)
      }
    }

    #authority (text, input) {
      const form = AUTHORITY.exec(text)
      if (form === null || (this.#special && form[2] === '' && this.#protocol !== 'file:') || Number(form[3]) > 65535) {
        throw invalid(input)
      }
      const [user, password] = (form[1] ?? '').split(/:([^]*)/)
      this.#username = userText(user)
      this.#password = userText(password ?? '')
      this.#hostname = this.#special ? plain(form[2].replaceAll('+', '%2B')).toLowerCase() : form[2]
      this.#port = form[3] === undefined || form[3] === '' ? '' : String(Number(form[3]))
      if (this.#port === PORTS[this.#protocol]) {
        this.#port = ''
      }
    }

    #tail (rest) {
      const { path, query, hash } = cut(rest)
      const slashed = this.#special ? path.replaceAll('\\', '/') : path
      this.#path = slashed === '' && !this.#special ? '' : dots(pathText(slashed.startsWith('/') ? slashed : '/' + slashed))
      this.#query = query === undefined || query === '?' ? '' : queryText(query)
      this.#hash = hash === undefined || hash === '#' ? '' : hashText(hash)
    }

    #relative (text, base, input) {
      this.#protocol = base.#protocol
      this.#special = base.#special
      if (/^[/\\]{2}/.test(text)) {
        return this.#absolute(base.#protocol, text, input)
      }
      this.#username = base.#username
      this.#password = base.#password
      this.#hostname = base.#hostname
      this.#port = base.#port
      const { path, query, hash } = cut(text)
      if (path === '') {
        this.#path = base.#path
        this.#query = query === undefined ? base.#query : query === '?' ? '' : queryText(query)
        this.#hash = hash === undefined || hash === '#' ? '' : hashText(hash)
      } else {
        const whole = /^[/\\]/.test(path) ? path : base.#path.replace(/[^/]*$/, '') + path
        this.#tail(whole + (query ?? '') + (hash ?? ''))
      }
    }

    get protocol () { return this.#protocol }
    get username () { return this.#username }
    get password () { return this.#password }
    get hostname () { return this.#hostname }
    get port () { return this.#port }
    get host () { return this.#hostname + (this.#port === '' ? '' : ':' + this.#port) }
    get origin () { return this.#special && this.#protocol !== 'file:' ? `${this.#protocol}//${this.host}` : 'null' }
    get pathname () { return this.#path }
    get search () { return this.#query }
    get hash () { return this.#hash }
    get searchParams () { return this.#params }

    get href () {
      const user = this.#username + (this.#password === '' ? '' : ':' + this.#password)
      const slashes = this.#special || this.#hostname !== '' ? '//' : ''
      return this.#protocol + slashes + (user === '' ? '' : user + '@') + this.host + this.#path + this.#query + this.#hash
    }

    #with (part, value) {
      const changed = new URL(part(String(value)))
      this.#protocol = changed.#protocol
      this.#username = changed.#username
      this.#password = changed.#password
      this.#hostname = changed.#hostname
      this.#port = changed.#port
      this.#path = changed.#path
      this.#query = changed.#query
      this.#hash = changed.#hash
      this.#params = new URLSearchParams(this.#query, () => {
        const query = this.#params.toString()
        this.#query = query === '' ? '' : '?' + query
      })
    }

    #href (changes) {
      const all = { user: this.#username, password: this.#password, host: this.#hostname, port: this.#port, ...changes }
      const user = all.user + (all.password === '' ? '' : ':' + all.password)
      return (changes.protocol ?? this.#protocol) + '//' + (user === '' ? '' : user + '@') + all.host +
        (all.port === '' ? '' : ':' + all.port) + (changes.path ?? this.#path) + (changes.query ?? this.#query) +
        (changes.hash ?? this.#hash)
    }

    set href (value) { this.#with((text) => text, value) }
    set protocol (value) { this.#with((text) => this.#href({ protocol: text.replace(/:?$/, ':') }), value) }
    set username (value) { this.#with((text) => this.#href({ user: userText(text) }), value) }
    set password (value) { this.#with((text) => this.#href({ password: userText(text) }), value) }
    set hostname (value) { this.#with((text) => this.#href({ host: text }), value) }
    set port (value) { this.#with((text) => this.#href({ port: text }), value) }

    set host (value) {
      this.#with((text) => {
        const [, host, port] = /^(\[.*\]|[^:]*):?(\d*)/.exec(text)
        return this.#href({ host, port: port === '' ? this.#port : port })
      }, value)
    }

    set pathname (value) {
      this.#with((text) => this.#href({ path: (text.startsWith('/') ? '' : '/') + text.replace(/[?#]/g, encodeURIComponent) }),
        value)
    }

    set search (value) {
      this.#with((text) => this.#href({ query: text === '' ? '' : text.replace(/^\??/, '?').replaceAll('#', '%23') }), value)
    }

    set hash (value) { this.#with((text) => this.#href({ hash: text === '' ? '' : text.replace(/^#?/, '#') }), value) }
    toString () { return this.href }
    toJSON () { return this.href }
    get [Symbol.toStringTag] () { return 'URL' }

    [Symbol.for('nodejs.util.inspect.custom')] (depth, options, inspect) {
      const { href, origin, protocol, host, hostname, port, pathname, search, hash } = this
      return 'URL ' + inspect({ href, origin, protocol, host, hostname, port, pathname, search, hash })
    }

    static canParse (input, base) {
      try {
        return new URL(input, base) !== null
      } catch {
        return false
      }
    }

    static parse (input, base) { return URL.canParse(input, base) ? new URL(input, base) : null }
  }

  module.exports = { URL, URLSearchParams, ...own('url-old')(URL) }
})
