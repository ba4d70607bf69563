// require, as node has it (nodejs.org/api/modules.html, packages.html): over the files of the image, never out of it.
(function (module, own, host) {
  'use strict'
  const errors = own('errors')
  const CONDITIONS = ['require', 'node', 'default']
  const ENDINGS = ['', '.js', '.cjs', '.json']
  const FDK = '@fnproject/fdk'
  const BUILTINS = {
    assert: 'assert', buffer: 'buffer', console: 'console', events: 'events', path: 'path', process: 'process',
    querystring: 'querystring', stream: 'stream', string_decoder: 'string_decoder', timers: 'timers', url: 'url',
    util: 'util'
  }
  const PARTS = {
    'assert/strict': () => own('assert').strict,
    'path/posix': () => own('path').posix,
    'stream/promises': () => own('stream').promises,
    'timers/promises': () => own('loop').promises,
    'util/types': () => own('util').types
  }
  const ABSENT = new Set(['async_hooks', 'child_process', 'cluster', 'crypto', 'dgram', 'diagnostics_channel', 'dns',
    'dns/promises', 'domain', 'fs', 'fs/promises', 'http', 'http2', 'https', 'inspector', 'inspector/promises', 'module',
    'net', 'os', 'path/win32', 'perf_hooks', 'punycode', 'readline', 'readline/promises', 'repl', 'sqlite',
    'stream/consumers', 'stream/web', 'sys', 'test', 'tls', 'trace_events', 'tty', 'v8', 'vm', 'wasi',
    'worker_threads', 'zlib'])
  const cache = Object.create(null)
  const packages = new Map()

  const folderOf = (path) => path.slice(0, path.lastIndexOf('/')) || '/'
  const under = (folder, name) => folder === '/' ? '/' + name : folder + '/' + name

  // The file that a path names, its links followed, or null.
  function file (path) {
    const found = host.find(path)
    return found === '' || found.endsWith('/') ? null : found
  }

  function text (path) {
    const content = host.read(path)
    if (typeof content !== 'string') {
      throw new Error(`${path} cannot be read`)
    }
    return content.charCodeAt(0) === 0xFEFF ? content.slice(1) : content
  }

  function json (path) {
    try {
      return JSON.parse(text(path))
    } catch (error) {
      error.message = `${path}: ${error.message}`
      throw error
    }
  }

  // package.json of that folder, or null.
  function description (folder) {
    if (!packages.has(folder)) {
      const path = file(under(folder, 'package.json'))
      packages.set(folder, path === null ? null : json(path))
    }
    return packages.get(folder)
  }

  // The nearest folder from there upwards that has a package.json, or null.
  function scope (folder) {
    for (let at = folder; ; at = folderOf(at)) {
      if (at.endsWith('/node_modules')) {
        return null
      }
      if (description(at) !== null) {
        return at
      }
      if (at === '/') {
        return null
      }
    }
  }

  function asFile (path) {
    for (const ending of ENDINGS) {
      const found = file(path + ending)
      if (found !== null) {
        return found
      }
    }
    return null
  }

  function asFolder (path) {
    const about = description(path)
    if (about !== null && typeof about.main === 'string') {
      const main = normal(path, about.main)
      const found = asFile(main) ?? asFile(under(main, 'index'))
      if (found !== null) {
        return found
      }
    }
    return asFile(under(path, 'index'))
  }

  function normal (folder, name) {
    const parts = []
    for (const part of (name.startsWith('/') ? name : folder + '/' + name).split('/')) {
      if (part === '..') {
        parts.pop()
      } else if (part !== '' && part !== '.') {
        parts.push(part)
      }
    }
    return '/' + parts.join('/')
  }

  // What one of the conditions, or the pattern's star, makes of a target; null if it is closed, undefined if none fits.
  function target (folder, value, star) {
    if (typeof value === 'string') {
      const filled = star === null ? value : value.replaceAll('*', () => star)
      if (filled.startsWith('./')) {
        return normal(folder, filled)
      }
      return value.startsWith('#') ? null : bare(filled, folder)
    }
    if (Array.isArray(value)) {
      for (const one of value) {
        const found = target(folder, one, star)
        if (found !== undefined && found !== null) {
          return found
        }
      }
      return null
    }
    if (typeof value === 'object' && value !== null) {
      for (const key of Object.keys(value)) {
        if (CONDITIONS.includes(key)) {
          const found = target(folder, value[key], star)
          if (found !== undefined) {
            return found
          }
        }
      }
      return undefined
    }
    return null
  }

  // The entry of `exports` or `imports` for that name: itself, or the pattern with the longest head.
  function entry (folder, map, name) {
    if (Object.hasOwn(map, name) && !name.includes('*')) {
      return target(folder, map[name], null)
    }
    let best = null
    for (const key of Object.keys(map)) {
      const at = key.indexOf('*')
      if (at >= 0) {
        const head = key.slice(0, at)
        const tail = key.slice(at + 1)
        if (name.length >= key.length && name.startsWith(head) && name.endsWith(tail) &&
          (best === null || head.length > best.head.length)) {
          best = { key, head, tail }
        }
      }
    }
    return best === null
      ? undefined
      : target(folder, map[best.key], name.slice(best.head.length, name.length - best.tail.length))
  }

  function exported (folder, about, subpath) {
    const map = about.exports
    const plain = typeof map === 'string' || Array.isArray(map) || !Object.keys(map).some((key) => key.startsWith('.'))
    const found = plain
      ? (subpath === '.' ? target(folder, map, null) : undefined)
      : entry(folder, map, subpath)
    if (found === undefined || found === null) {
      throw errors.coded(new Error(`Package subpath '${subpath}' is not exported by ${folder}/package.json for require`),
        'ERR_PACKAGE_PATH_NOT_EXPORTED')
    }
    if (file(found) === null) {
      throw errors.notFound(found, folder + '/package.json')
    }
    return file(found)
  }

  // A package by its name, in node_modules from that folder upwards.
  function bare (name, folder) {
    const parts = name.split('/')
    const pack = name.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]
    const rest = name.slice(pack.length + 1)
    const home = scope(folder)
    if (home !== null) {
      const about = description(home)
      if (about.name === pack && about.exports !== undefined && about.exports !== null) {
        return exported(home, about, rest === '' ? '.' : './' + rest)
      }
    }
    for (let at = folder; ; at = folderOf(at)) {
      if (!at.endsWith('/node_modules')) {
        const place = under(at, 'node_modules/' + pack)
        const found = host.find(place)
        if (found.endsWith('/') && found !== '/') {
          const real = found.slice(0, -1)
          const about = description(real)
          if (about !== null && about.exports !== undefined && about.exports !== null) {
            return exported(real, about, rest === '' ? '.' : './' + rest)
          }
          const path = rest === '' ? real : under(real, rest)
          const file = (rest === '' ? null : asFile(path)) ?? asFolder(path)
          if (file !== null) {
            return file
          }
        } else if (rest === '') {
          const single = asFile(place)
          if (single !== null) {
            return single
          }
        }
      }
      if (at === '/') {
        return null
      }
    }
  }

  function resolve (name, from) {
    const folder = folderOf(from)
    let found
    if (/^(\.{0,2}\/|\.{1,2}$)/.test(name)) {
      const path = normal(folder, name)
      found = (/(^|\/)\.{0,2}$/.test(name) ? null : asFile(path)) ?? asFolder(path)
    } else if (name.startsWith('#')) {
      const home = scope(folder)
      const imports = home === null ? undefined : description(home).imports
      const path = imports ? entry(home, imports, name) : null
      found = path && file(path)
    } else {
      found = bare(name, folder)
    }
    if (found === null || found === undefined) {
      throw errors.notFound(name, from)
    }
    return found
  }

  // One of node's own modules, or undefined if that name is none.
  function builtin (name) {
    if (name === FDK) {
      return own('fdk').api
    }
    const short = name.startsWith('node:') ? name.slice(5) : name
    if (Object.hasOwn(BUILTINS, short)) {
      return own(BUILTINS[short])
    }
    if (Object.hasOwn(PARTS, short)) {
      return PARTS[short]()
    }
    if (ABSENT.has(short) || name.startsWith('node:')) {
      throw errors.noBuiltin(`module ${short}`)
    }
    return undefined
  }

  class Module {
    constructor (id, parent) {
      this.id = parent ? id : '.'
      this.path = folderOf(id)
      this.exports = {}
      this.filename = id
      this.loaded = false
      this.children = []
      this.parent = parent
    }

    require (name) { return this.requirer(name) }
  }

  function requirerOf (module) {
    function require (name) {
      if (typeof name !== 'string' || name === '') {
        throw errors.badType('id', 'a non-empty string', name)
      }
      return builtin(name) ?? loadFile(resolve(name, module.filename), module)
    }
    require.resolve = (name) => {
      try {
        return builtin(name) === undefined ? resolve(name, module.filename) : name
      } catch (error) {
        if (error.code === 'FERN_NO_BUILTIN') {
          return name
        }
        throw error
      }
    }
    require.cache = cache
    require.main = Module.main
    require.extensions = Object.create(null)
    return require
  }

  function loadFile (path, parent) {
    if (cache[path] !== undefined) {
      return cache[path].exports
    }
    const module = new Module(path, parent)
    cache[path] = module
    if (parent) {
      parent.children.push(module)
    } else {
      Module.main = module
    }
    let good = false
    try {
      if (path.endsWith('.json')) {
        module.exports = json(path)
      } else {
        run(module)
      }
      good = true
    } finally {
      if (!good) {
        delete cache[path]
      }
    }
    module.loaded = true
    return module.exports
  }

  function run (module) {
    const path = module.filename
    const home = path.endsWith('.cjs') ? null : scope(module.path)
    if (path.endsWith('.mjs') || (home !== null && description(home).type === 'module')) {
      throw errors.esModule(path)
    }
    const body = host.compile(path)
    if (typeof body === 'string') {
      throw new Error(body)
    }
    module.requirer = requirerOf(module)
    body.call(module.exports, module.exports, module.requirer, module, path, module.path)
  }

  module.exports = {
    main: (path) => {
      const found = asFile(path)
      if (found === null) {
        throw errors.notFound(path, 'the image')
      }
      loadFile(found, null)
    }
  }
})
