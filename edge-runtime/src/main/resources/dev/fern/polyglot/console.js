// console, into the log of the call.
(function (module, own, host) {
  'use strict'
  const { inspect, format } = own('inspect')
  const now = own('loop').now
  const counts = new Map()
  const timers = new Map()
  let indent = ''

  function print (...args) {
    const text = format(...args)
    host.log(indent === '' ? text : indent + text.replaceAll('\n', '\n' + indent))
  }

  function took (name, ...args) {
    print(`${name}: ${(now() - (timers.get(name) ?? now())).toFixed(3)}ms`, ...args)
  }

  const console = {
    log: print,
    info: print,
    debug: print,
    warn: print,
    error: print,
    trace: (...args) => print(['Trace: ' + format(...args),
      ...String(new Error().stack).split('\n').slice(1).filter((line) => !line.includes('fern:'))].join('\n')),
    dir: (value, options) => print(inspect(value, options)),
    dirxml: print,
    table: (value) => print(inspect(value, { depth: 3 })),
    assert: (good, ...args) => {
      if (!good) {
        print('Assertion failed' + (args.length > 0 ? ': ' + format(...args) : ''))
      }
    },
    count: (name = 'default') => {
      counts.set(name, (counts.get(name) ?? 0) + 1)
      print(`${name}: ${counts.get(name)}`)
    },
    countReset: (name = 'default') => { counts.delete(name) },
    time: (name = 'default') => { timers.set(name, now()) },
    timeLog: (name = 'default', ...args) => took(name, ...args),
    timeEnd: (name = 'default') => {
      took(name)
      timers.delete(name)
    },
    group: (...args) => {
      if (args.length > 0) {
        print(...args)
      }
      indent += '  '
    },
    groupEnd: () => { indent = indent.slice(2) },
    clear: () => {}
  }
  console.groupCollapsed = console.group
  console.Console = class Console { constructor () { Object.assign(this, console) } }
  module.exports = console
})
