/**
 * Telethon against the test DC.
 */
import { checkClient } from './harness/checks.ts'
import { pythonProgram } from './harness/run.ts'

checkClient({
  name: 'Telethon',
  program: pythonProgram('../clients/telethon_client.py'),
  layer: 144,
  notOccupied: 'UsernameNotOccupiedError',
  sendsMd5: true,
  ways: [
    { transport: 'full', seen: 'tcp full' },
    { transport: 'abridged', seen: 'tcp abridged' },
    { transport: 'intermediate', seen: 'tcp intermediate' },
    { transport: 'obfuscated', seen: 'tcp obfuscated abridged' },
    { transport: 'proxy', seen: 'tcp obfuscated padded', note: ' with a secret' },
  ],
})
