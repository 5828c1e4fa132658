/**
 * Fuzzes the plain message that the key exchange travels in: `unwrapPlain`.
 */
import { view } from '../../../bytes.ts'
import { TlError } from '../../../errors.ts'
import { unwrapPlain, wrapPlain } from '../../../transport/exchange/plain.ts'
import { sameBytes } from '../equal.ts'
import { type FuzzTarget, must, outcomeOf } from '../target.ts'

export const target: FuzzTarget = {
  name: 'plain',
  about: 'plain messages: taken apart and put together again',
  maxLength: 256,
  steps: { base: 200, perByte: 1 },
  memory: { base: 512, perByte: 8 },
  words: [],
  seeds: () => [wrapPlain(0x6000000000000001n, Uint8Array.of(1, 2, 3, 4)), wrapPlain(-1n, new Uint8Array(40))],
  run(input) {
    const first = outcomeOf(() => unwrapPlain(input), TlError)
    if ('error' in first) return
    const { msgId, body } = first.value
    must(body.length === view(input).getInt32(16, true), 'a body is as long as it says')
    const again = unwrapPlain(wrapPlain(msgId, body))
    must(again.msgId === msgId && sameBytes(again.body, body), 'a message is the same after another round')
  },
}
