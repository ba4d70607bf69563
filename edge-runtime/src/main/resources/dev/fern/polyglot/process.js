// process, as far as a function has one here.
(function (module, own, host) {
  'use strict'
  const EventEmitter = own('events')
  const loop = own('loop')
  const LEVEL = '22.0.0' // the node whose language GraalJS has
  const ARCH = { amd64: 'x64', x86_64: 'x64', aarch64: 'arm64' }
  const start = loop.now()

  const env = {}
  for (const name of Object.keys(host.env)) {
    env[name] = host.env[name]
  }

  // Values are text, as in any environment.
  const texts = new Proxy(env, {
    set: (target, name, value) => Reflect.set(target, name, typeof name === 'symbol' ? value : String(value)),
    defineProperty: (target, name, about) => Reflect.defineProperty(target, name, about)
  })

  function stream () {
    return Object.assign(new EventEmitter(), {
      isTTY: false,
      writable: true,
      columns: 80,
      write (chunk, encoding, written) {
        host.print(typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk))
        const done = typeof encoding === 'function' ? encoding : written
        if (typeof done === 'function') {
          loop.nextTick(done)
        }
        return true
      },
      end (chunk) {
        if (typeof chunk === 'string') {
          this.write(chunk)
        }
        return this
      }
    })
  }

  function hrtime (before) {
    const nanos = host.nanos()
    const time = [Math.floor(nanos / 1e9), Math.floor(nanos % 1e9)]
    if (before === undefined) {
      return time
    }
    const [seconds, rest] = [time[0] - before[0], time[1] - before[1]]
    return rest < 0 ? [seconds - 1, rest + 1e9] : [seconds, rest]
  }
  hrtime.bigint = () => BigInt(Math.floor(host.nanos()))

  function exit (call) {
    host.exit(call)
    throw new Error(`function called ${call}`)
  }

  const process = new EventEmitter()
  Object.assign(process, {
    env: texts,
    argv: ['node', host.script],
    argv0: 'node',
    execArgv: [],
    execPath: 'node',
    title: 'node',
    pid: 1,
    ppid: 0,
    platform: 'linux',
    arch: ARCH[host.arch] ?? host.arch,
    version: 'v' + LEVEL,
    versions: { node: LEVEL, graaljs: host.engine },
    release: { name: 'node' },
    config: {},
    features: {},
    exitCode: undefined,
    stdout: stream(),
    stderr: stream(),
    nextTick: loop.nextTick,
    hrtime,
    uptime: () => (loop.now() - start) / 1000,
    cwd: () => host.script.slice(0, host.script.lastIndexOf('/')) || '/',
    exit: (code) => exit(`process.exit(${code ?? process.exitCode ?? ''})`),
    abort: () => exit('process.abort()'),
    kill: () => exit('process.kill()'),
    emitWarning: (warning) => own('console').warn(String(warning)),
    memoryUsage: () => ({ rss: 0, heapTotal: host.memory << 20, heapUsed: 0, external: 0, arrayBuffers: 0 }),
    cpuUsage: () => ({ user: 0, system: 0 }),
    getuid: () => 1000,
    getgid: () => 1000,
    umask: () => 0o22
  })
  Object.defineProperty(process, Symbol.toStringTag, { value: 'process', configurable: true })
  module.exports = process
})
