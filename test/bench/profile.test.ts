/** Whose time it is that a profile shows. */
import { expect, test } from 'vitest'
import { groupProfile, type Profile } from '../../bench/profile.ts'

const frame = (functionName: string, url = ''): { functionName: string; url: string } => ({ functionName, url })
const nodes: Profile['nodes'] = [
  { id: 1, callFrame: frame('(root)'), children: [2, 3, 4, 5, 10] },
  { id: 2, callFrame: frame('(idle)') },
  { id: 3, callFrame: frame('(garbage collector)') },
  { id: 4, callFrame: frame('main', 'file:///somewhere/bench/dist/apart/clients/ours.js') },
  { id: 5, callFrame: frame('seal', 'file:///somewhere/dist/transport/session/envelope.js'), children: [6, 8] },
  { id: 6, callFrame: frame('update', 'node:internal/crypto/hash'), children: [7] },
  { id: 7, callFrame: frame('update') },
  { id: 8, callFrame: frame('set') },
  { id: 10, callFrame: frame('Writable.uncork', 'node:internal/streams/writable'), children: [11] },
  { id: 11, callFrame: frame('writev') },
]

test('time belongs to a folder, to a native function by its purpose, or to the engine; waiting belongs to nobody', () => {
  const samples = [2, 3, 4, 5, 6, 7, 8, 10, 11]
  const groups = groupProfile({ nodes, samples, timeDeltas: samples.map((id) => 1000 * id) })
  expect(Object.fromEntries(groups)).toEqual({
    'garbage collection': 3,
    'the benchmark': 4,
    // A native function without a purpose of its own belongs to whoever called it.
    'src/transport/session': 5 + 8,
    'hashes (SHA-256, MD5), native': 6 + 7,
    'sockets: streams of Node': 10,
    'sockets: write, native': 11,
  })
})
