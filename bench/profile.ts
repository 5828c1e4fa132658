/**
 * Reads what `node:inspector` says of where time went, and adds it up: by the folders of this project, by what Node's own
 * native functions do, and by what the engine does between. The inner function counts: a hash is a hash, whoever takes it.
 */
import { readFileSync } from 'node:fs'
import type { Row } from './table.ts'

/** A V8 processor profile, as far as it is used: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
export interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string }
    readonly children?: readonly number[]
  }[]
  /** Of each sample the node that was on top, and the microseconds since the one before. */
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** What the engine does in nobody's name. */
const ENGINE: Readonly<Record<string, string>> = {
  '(garbage collector)': 'garbage collection',
  '(program)': 'the engine itself',
}
/** Native functions of Node, by what they are for; those of other names count for the Node module above them. */
const NATIVE: readonly (readonly [RegExp, string])[] = [
  [/^(writev|writeBuffer|writeUtf8String|shutdown)$/, 'sockets: write, native'],
  [/^(open|close|read|fstat|stat|lstat|pread)$/, 'files: open, read, stat, native'],
]
/** Node's modules, by what they are for. */
const NODE: readonly (readonly [RegExp, string])[] = [
  [/crypto\/hash$/, 'hashes (SHA-256, MD5), native'],
  [/crypto\/cipher$/, 'AES-CBC, native'],
  [/crypto\/random$/, 'random numbers, native'],
  [/:(net|internal\/streams?|internal\/stream_base|events|stream)/, 'sockets: streams of Node'],
  [/:(fs|internal\/fs)/, 'files: of Node'],
]
/** The package's folders in the URL of one of its modules. */
const OURS = /\/dist\/(?:(.+)\/)?[^/]+\.js$/

function folderOf(url: string): string {
  if (url.includes('/bench/dist/')) return 'the benchmark'
  const folder = OURS.exec(url)?.[1]
  return folder === undefined ? 'src' : `src/${folder}`
}

/** Milliseconds of each group, most first; what waits counts for nothing. */
export function groupProfile({ nodes, samples, timeDeltas }: Profile): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)))
  const groups = new Map<number, string | undefined>()
  const groupOf = (id: number): string | undefined => {
    const known = groups.get(id)
    if (known !== undefined || groups.has(id)) return known
    const { functionName, url } = byId.get(id)!.callFrame
    const parent = parents.get(id)
    let group: string | undefined
    if (functionName === '(idle)') group = undefined
    else if (ENGINE[functionName] !== undefined) group = ENGINE[functionName]
    else if (url.startsWith('file:')) group = folderOf(url)
    else {
      // A native function has no module of its own: it counts for what it is, or for who called it.
      group = (url === '' ? NATIVE : NODE).find(([name]) => name.test(url || functionName))?.[1]
      group ??= parent === undefined ? 'Node, other' : url === '' ? groupOf(parent) : 'Node, other'
    }
    groups.set(id, group)
    return group
  }
  const sums = new Map<string, number>()
  samples.forEach((id, i) => {
    const group = groupOf(id)
    if (group !== undefined) sums.set(group, (sums.get(group) ?? 0) + timeDeltas[i]! / 1000)
  })
  return new Map([...sums].sort(([, a], [, b]) => b - a))
}

/** A profile as rows of a table: what each group takes of the whole. Groups of less than `least` are put together. */
export function profileRows(path: string, prefix: string, per: number, least = 0.01): Row[] {
  const groups = groupProfile(JSON.parse(readFileSync(path, 'utf8')) as Profile)
  const whole = [...groups.values()].reduce((sum, ms) => sum + ms, 0)
  const row = (name: string, ms: number): Row => ({
    name: `${prefix}${name}`,
    values: { share: ms / whole, time: (ms * 1e6) / per },
  })
  const shown = [...groups].filter(([, ms]) => ms >= least * whole)
  const rest = whole - shown.reduce((sum, [, ms]) => sum + ms, 0)
  return [...shown.map(([name, ms]) => row(name, ms)), ...(rest > 0 ? [row('the rest', rest)] : [])]
}
