/**
 * GramJS against the test DC.
 */
import { checkClient } from './harness/checks.ts'
import { nodeProgram } from './harness/run.ts'

checkClient({
  name: 'GramJS',
  program: nodeProgram('../clients/gramjs.ts'),
  layer: 198,
  notOccupied: 'USERNAME_NOT_OCCUPIED',
  sendsMd5: false,
  ways: [
    { transport: 'full', seen: 'tcp full' },
    { transport: 'abridged', seen: 'tcp abridged' },
    { transport: 'obfuscated', seen: 'tcp obfuscated abridged' },
    { transport: 'websocket', seen: 'websocket obfuscated abridged' },
    { transport: 'mtproxy', seen: 'tcp obfuscated abridged', proxy: 'plain' },
  ],
})
