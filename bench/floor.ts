/**
 * The floor: as little as a Node program can do that sends a file encrypted. It reads parts of 512 KiB, takes SHA-256 of
 * each, encrypts it with native AES-256-CBC, and writes it to a socket; of small files it takes the MD5 too. No protocol, no
 * answers, no XOR.
 */
import { createCipheriv, createHash } from 'node:crypto'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { connect } from 'node:net'
import { readJob, startCounting, tell } from './program.ts'

const PART = 512 * 1024
const KEY = new Uint8Array(32).fill(7)
const IV = new Uint8Array(16).fill(9)

/** Up to this size a file goes with its MD5. */
const SMALL = 10 * 1024 * 1024

const { host, port, path, count, size } = readJob()
const socket = connect({ host, port, noDelay: true })
await once(socket, 'connect')
tell({ fact: 'ready' })
const cost = startCounting()
for (let i = 0; i < count; i++) {
  const file = await open(path)
  const md5 = size <= SMALL ? createHash('md5') : undefined
  const part = new Uint8Array(PART)
  for (;;) {
    const { bytesRead } = await file.read(part, 0, PART)
    if (bytesRead === 0) break
    const data = part.subarray(0, bytesRead)
    md5?.update(data)
    createHash('sha256').update(data).digest()
    const encrypted = createCipheriv('aes-256-cbc', KEY, IV).setAutoPadding(false).update(data)
    if (!socket.write(encrypted)) await once(socket, 'drain')
  }
  md5?.digest()
  await file.close()
}
socket.end()
await once(socket, 'finish')
tell({ fact: 'done', ...cost() })
process.exit(0)
