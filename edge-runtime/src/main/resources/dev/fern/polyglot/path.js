// path, of POSIX (nodejs.org/api/path.html).
(function (module, own, host) {
  'use strict'
  const errors = own('errors')

  function checked (value, what = 'path') {
    if (typeof value !== 'string') {
      throw errors.badType(what, 'of type string', value)
    }
    return value
  }

  function parts (path, isAbsolute) {
    const kept = []
    for (const part of path.split('/')) {
      if (part === '..') {
        if (kept.length > 0 && kept.at(-1) !== '..') {
          kept.pop()
        } else if (!isAbsolute) {
          kept.push('..')
        }
      } else if (part !== '' && part !== '.') {
        kept.push(part)
      }
    }
    return kept
  }

  const path = {
    sep: '/',
    delimiter: ':',
    isAbsolute: (value) => checked(value).startsWith('/'),

    normalize (value) {
      const absolute = path.isAbsolute(value)
      const joined = parts(value, absolute).join('/')
      const tail = joined !== '' && value.endsWith('/') ? '/' : ''
      return (absolute ? '/' : '') + joined + tail || (value.endsWith('/') && value !== '' ? './' : '.')
    },

    join (...values) {
      const joined = values.map((value) => checked(value)).filter((value) => value !== '').join('/')
      return joined === '' ? '.' : path.normalize(joined)
    },

    resolve (...values) {
      let whole = ''
      for (const value of values.reverse()) {
        whole = checked(value) === '' ? whole : whole === '' ? value : value + '/' + whole
        if (whole.startsWith('/')) {
          break
        }
      }
      whole = whole.startsWith('/') ? whole : process.cwd() + '/' + whole
      return '/' + parts(whole, true).join('/')
    },

    relative (from, to) {
      const here = parts(path.resolve(checked(from, 'from')), true)
      const there = parts(path.resolve(checked(to, 'to')), true)
      let same = 0
      while (same < here.length && same < there.length && here[same] === there[same]) {
        same++
      }
      return [...here.slice(same).map(() => '..'), ...there.slice(same)].join('/')
    },

    dirname (value) {
      const trimmed = checked(value).replace(/(.)\/+$/, '$1')
      const at = trimmed.lastIndexOf('/')
      return at < 0 ? '.' : trimmed.slice(0, at) || '/'
    },

    basename (value, ending) {
      const trimmed = checked(value).replace(/\/+$/, '')
      const base = trimmed.slice(trimmed.lastIndexOf('/') + 1)
      return ending !== undefined && base !== ending && base.endsWith(ending) ? base.slice(0, -ending.length) : base
    },

    extname (value) {
      const base = path.basename(value)
      const at = base.lastIndexOf('.')
      return at <= 0 || base === '..' ? '' : base.slice(at)
    },

    parse (value) {
      const base = path.basename(value)
      const ext = path.extname(value)
      const dir = value.includes('/') ? path.dirname(value) : ''
      return {
        root: path.isAbsolute(value) ? '/' : '',
        dir,
        base,
        ext,
        name: ext === '' ? base : base.slice(0, -ext.length)
      }
    },

    format ({ root = '', dir, base, name = '', ext = '' }) {
      const last = base || name + (ext === '' || ext.startsWith('.') ? ext : '.' + ext)
      return !dir ? root + last : dir === root ? dir + last : dir + '/' + last
    },

    toNamespacedPath: (value) => value,
    matchesGlob: () => { throw errors.noBuiltin('path.matchesGlob') }
  }
  path.posix = path
  module.exports = path
})
