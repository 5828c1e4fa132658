/**
 * mtcute against the test DC.
 */
import { checkClient } from './harness/checks.ts'
import { nodeProgram } from './harness/run.ts'

checkClient({
  name: 'mtcute',
  program: nodeProgram('../clients/mtcute.ts'),
  layer: 223,
  notOccupied: 'USERNAME_NOT_OCCUPIED',
  sendsMd5: false,
  ways: [
    { transport: 'intermediate', seen: 'tcp intermediate' },
    { transport: 'padded', seen: 'tcp padded' },
    { transport: 'obfuscated padded', seen: 'tcp obfuscated padded' },
    { transport: 'websocket', seen: 'websocket obfuscated intermediate' },
    { transport: 'mtproxy', seen: 'tcp obfuscated intermediate', proxy: 'plain' },
    { transport: 'mtproxy', seen: 'tcp obfuscated padded', proxy: 'dd' },
    { transport: 'mtproxy', seen: 'tcp obfuscated padded', proxy: 'ee' },
  ],
})
