/**
 * Rule: the core touches nothing outside itself.
 *
 * Clocks, timers, randomness, sockets, files, consoles and Node's own modules are reached only through the doors below;
 * everything else is computation, so that one seed replays a whole upload. Each door names what may pass through it and
 * why; a door that nothing passes through any more is reported as well, to be walled up.
 */
import { globalUses } from './globals.ts'
import type { Module } from './module.ts'
import { type Finding, isGenerated, type Project, type Rule } from './project.ts'

/** What can pass through a door. */
export type Outside =
  | 'node'
  | 'ws'
  | 'optional'
  | 'clock'
  | 'timers'
  | 'random'
  | 'process'
  | 'network'
  | 'storage'
  | 'console'

/** The names by which the platform offers each of them. */
const NAMES: Readonly<Record<Exclude<Outside, 'node' | 'ws' | 'optional'>, RegExp>> = {
  clock: /^(?:Date|performance|Temporal)\b/,
  timers:
    /^(?:set(?:Timeout|Interval|Immediate)|clear(?:Timeout|Interval|Immediate)|request\w+(?:Frame|Callback)|AbortSignal\.timeout|Atomics\.wait\w*|scheduler)$/,
  // Bare `Math` and `crypto` too: who takes them apart or hands them on could get at their random numbers.
  random: /^(?:Math(?:\.random)?|crypto(?:\.\w+)?)$/,
  process:
    /^(?:globalThis$|window$|self$|global$|process|Buffer|require|module|__dirname|__filename|Deno|Bun|navigator)\b/,
  network: /^(?:fetch|WebSocket|XMLHttpRequest|EventSource|WebTransport|RTCPeerConnection|Worker|MessageChannel)\b/,
  storage: /^(?:indexedDB|localStorage|sessionStorage|caches)\b/,
  console: /^console\b/,
}

/** Packages that compute and do nothing else. */
const PURE_PACKAGES = /^@noble\/hashes\//

/** Packages that may be missing: loaded by `import()` alone, behind a door. */
const OPTIONAL_PACKAGES = /^(?:image-dimensions|mediabunny)$/

/** Packages that the build joins with the program, so that nobody needs to install them, and the one module of each. */
const INLINED_PACKAGES: Readonly<Record<string, string>> = { uqr: 'src/cli/qr-code.ts' }

/** One place where the outside is touched. */
export interface Door {
  /** A file, or a folder where the path ends in `/`. */
  readonly path: string
  readonly lets: readonly Outside[]
  readonly why: string
}

/** Every door of the house. */
export const DOORS: readonly Door[] = [
  {
    path: 'src/cli/',
    lets: ['node', 'process', 'timers', 'clock'],
    why: 'the program itself: arguments, streams, signals',
  },
  { path: 'src/crypto/native.ts', lets: ['node'], why: "the platform's own primitives" },
  { path: 'src/crypto/native-ige.ts', lets: ['node'], why: "the platform's AES" },
  { path: 'src/crypto/subtle.ts', lets: ['random'], why: "the platform's hash and ciphers; nothing random" },
  { path: 'src/transport/carrier/tcp.ts', lets: ['node'], why: 'sockets' },
  { path: 'src/transport/carrier/http.ts', lets: ['network'], why: "the platform's fetch" },
  { path: 'src/transport/carrier/websocket-carrier.ts', lets: ['network'], why: "the platform's WebSocket" },
  {
    path: 'src/transport/carrier/websocket.ts',
    lets: ['network', 'ws'],
    why: "the platform's WebSocket, or the package's",
  },
  {
    path: 'src/transport/carrier/websocket-over.ts',
    lets: ['node', 'ws'],
    why: 'WebSocket over a connection through a proxy',
  },
  { path: 'src/files/source-file.ts', lets: ['node'], why: 'reads files' },
  {
    path: 'src/files/resume/folder.ts',
    lets: ['node', 'clock', 'process'],
    why: 'keeps notes of uploads in a folder',
  },
  {
    path: 'src/files/resume/lock.ts',
    lets: ['node', 'clock', 'timers'],
    why: 'asks whether another process lives, and shows that this one does',
  },
  { path: 'src/files/open-place.ts', lets: ['network'], why: 'fetches a URL that is to be uploaded' },
  {
    path: 'src/client/platform/system-host.ts',
    lets: ['clock', 'timers', 'random'],
    why: 'the Host of the real world',
  },
  {
    path: 'src/observe/logger.ts',
    lets: ['clock', 'console'],
    why: 'tells when, and prints, where nothing else is told',
  },
  { path: 'src/familiar/environment.ts', lets: ['process'], why: 'reads the application from the environment' },
  { path: 'src/files/sync-folder.ts', lets: ['node'], why: 'has the entries of a folder written to the disk' },
  { path: 'src/client/prepare-upload.ts', lets: ['node'], why: 'lets many uploads listen to one signal' },
  { path: 'src/client/storage-file.ts', lets: ['node'], why: 'keeps the session in a file' },
  { path: 'src/probe/libraries.ts', lets: ['optional'], why: 'libraries that tell more of a file, if they are there' },
  { path: 'src/probe/tools/ffmpeg.ts', lets: ['node', 'process'], why: 'starts ffmpeg, if it is there' },
  {
    path: 'src/client/storage-indexeddb.ts',
    lets: ['storage', 'process'],
    why: "keeps the session in the browser's database; asks `navigator` for locks",
  },
  { path: 'src/lab/server/http.ts', lets: ['node'], why: 'the types of HTTP requests' },
  { path: 'src/lab/fuzz/targets/gzip.ts', lets: ['node'], why: "compares our inflate with the platform's" },
  { path: 'src/lab/server/listen.ts', lets: ['node', 'ws'], why: 'listens for TCP and WebSocket connections' },
  { path: 'src/lab/server/open-port.ts', lets: ['node'], why: 'opens the ports of them all' },
  { path: 'src/lab/server/proxies/', lets: ['node', 'process'], why: 'proxies for tests listen and connect' },
  { path: 'src/lab/server/parts-on-disk.ts', lets: ['node', 'process'], why: 'keeps large uploads out of memory' },
  { path: 'src/lab/simulator/digest.ts', lets: ['node'], why: 'hashes what goes over the simulated wires' },
  { path: 'src/lab/simulator/run.ts', lets: ['node'], why: 'counts listeners that are left behind' },
  {
    path: 'src/lab/simulator/scheduler.ts',
    lets: ['process'],
    why: 'lets promise chains run dry between two timers of virtual time',
  },
  { path: 'src/lab/server/server-key.ts', lets: ['node', 'process'], why: 'makes and reads RSA keys' },
]

/** What a module takes from outside, by its imports and by the platform's global names. */
function* outsideUses(module: Module): Generator<{ kind: Outside; name: string; line: number }> {
  for (const { specifier, kind, line } of module.imports) {
    if (specifier.startsWith('node:')) yield { kind: 'node', name: specifier, line }
    else if (specifier === 'ws' && kind !== 'type') yield { kind: 'ws', name: specifier, line }
    else if (OPTIONAL_PACKAGES.test(specifier) && kind === 'dynamic') yield { kind: 'optional', name: specifier, line }
  }
  for (const { name, line } of globalUses(module)) {
    for (const [kind, names] of Object.entries(NAMES)) if (names.test(name)) yield { kind: kind as Outside, name, line }
  }
}

/** Packages that are neither pure nor behind a door of their own. */
function foreignImports(module: Module): Finding[] {
  return module.imports.flatMap(({ specifier, kind, line }) =>
    /^(?:\.|node:|#(?:account|check-given|explain|locate-error|messages|methods|open-place|pack|pbkdf2|platform|probe-tools)$|ws$)/.test(
      specifier,
    ) ||
    PURE_PACKAGES.test(specifier) ||
    (OPTIONAL_PACKAGES.test(specifier) && kind !== 'value') ||
    INLINED_PACKAGES[specifier] === module.path
      ? []
      : [{ path: module.path, line, message: `imports ${specifier}: src/ needs no package but @noble/hashes and ws` }],
  )
}

/** Builds the rule for a list of doors, so that tests can give their own. */
export function doorsRule(list: readonly Door[]): Rule {
  return (project: Project): Finding[] => {
    const findings: Finding[] = []
    const unused = new Map(list.map((door) => [door, new Set(door.lets)]))
    for (const module of project.modules) {
      if (!module.path.startsWith('src/')) continue
      findings.push(...foreignImports(module))
      const open = list.filter(({ path }) => (path.endsWith('/') ? module.path.startsWith(path) : module.path === path))
      for (const { kind, name, line } of isGenerated(module.path) ? [] : outsideUses(module)) {
        const door = open.find(({ lets }) => lets.includes(kind))
        if (door) unused.get(door)?.delete(kind)
        else
          findings.push({ path: module.path, line, message: `touches the outside (${kind}: ${name}) without a door` })
      }
    }
    for (const [door, kinds] of unused) {
      if (kinds.size === 0) continue
      const message = `the door ${door.path} is open for ${[...kinds].join(', ')}, but nothing passes`
      findings.push({ path: 'scripts/house/doors.ts', line: 1, message })
    }
    return findings
  }
}

export const doors: Rule = doorsRule(DOORS)
