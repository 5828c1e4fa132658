/**
 * Telethon against the test DC.
 */
import { checkClient } from './harness/checks.ts'
import { pythonProgram } from './harness/run.ts'

/** It obfuscates in plain Python, at some 600 kB a second: the smallest file that goes by `upload.saveBigFilePart` must do. */
const SMALLEST_BIG = 10 * 1024 * 1024 + 1
/** Where that is shown already, the video need not be big. */
const SMALL = 1024 * 1024

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
    { transport: 'http', seen: 'http bare' },
    { transport: 'obfuscated', seen: 'tcp obfuscated abridged', videoSize: SMALLEST_BIG },
    { transport: 'mtproxy abridged', seen: 'tcp obfuscated abridged', proxy: 'plain', videoSize: SMALL },
    { transport: 'mtproxy intermediate', seen: 'tcp obfuscated intermediate', proxy: 'plain', videoSize: SMALL },
    { transport: 'mtproxy padded', seen: 'tcp obfuscated padded', proxy: 'dd', videoSize: SMALLEST_BIG },
  ],
})
