// What a context begins with: bounds, the globals that node has, and what Java calls. Returns the latter.
(function (java, names) {
  'use strict'
  // as properties of its own: to ask Java for one at each call is slow
  const host = {}
  for (const name of names.split(' ')) {
    host[name] = java[name]
  }
  const loaded = new Map()

  // One of our own modules, each run once and when it is first asked for; undefined if there is none of that name.
  function own (name) {
    if (!loaded.has(name)) {
      const body = host.own(name)
      if (typeof body !== 'function') {
        return undefined
      }
      const module = { exports: {} }
      loaded.set(name, module)
      body(module, own, host)
    }
    return loaded.get(name).exports
  }

  for (const name of ['load', 'loadWithNewGlobal', 'print', 'printErr', 'Graal', 'arguments', 'Atomics',
    'SharedArrayBuffer']) {
    delete globalThis[name]
  }
  own('bounds')
  own('globals')
  const loop = own('loop')
  const modules = own('modules')

  return {
    load: (path) => {
      modules.main(path)
      loop.ticks()
    },
    answer: (fields) => {
      own('fdk').answer(fields)
      loop.ticks()
    },
    turn: loop.turn
  }
})
