import { expect, test } from 'vitest'
import type { ClientMessage } from '../../../src/tl/generated/mtproto/types.ts'
import type { PacketSource } from '../../../src/transport/carrier/carrier.ts'
import { addHttpWait } from '../../../src/transport/carrier/http-wait.ts'

const ack: ClientMessage = { _: 'msgs_ack', msgIds: [] }
const ping: ClientMessage = { _: 'ping', pingId: 1n }
const small = { request: { size: 100 } }
const part = { request: { size: 524_288 } }

/** The wait that a packet gets, in milliseconds; undefined for none. */
function waitOf(
  services: ClientMessage[],
  calls: PacketSource['outbox']['calls'],
  sent: number,
  hungry: boolean,
): unknown {
  const added: ClientMessage[] = []
  const outbox = { services: services.map((message) => ({ message })), calls }
  addHttpWait({ outbox, sent: { size: sent }, send: (message) => added.push(message) }, hungry)
  expect(added.length).toBeLessThanOrEqual(1)
  return added.length === 0 ? undefined : added
}
const held = [{ _: 'http_wait', maxDelay: 0, waitAfter: 0, maxWait: 25_000 }]
const free = [{ _: 'http_wait', maxDelay: 0, waitAfter: 0, maxWait: 0 }]

test.each([
  ['nothing to say, nothing awaited', [], [], 0, true, undefined],
  ['nothing to say, a request open', [], [], 1, false, undefined],
  ['calls wait and no request is open', [], [], 1, true, held],
  ['acknowledgements, nothing awaited', [ack], [], 0, true, free],
  ['acknowledgements, a request open', [ack], [], 1, false, free],
  ['acknowledgements, and no request open for the calls', [ack], [], 1, true, held],
  ['a question, whose answer is awaited', [ping], [], 0, true, undefined],
  ['a question beside acknowledgements', [ack, ping], [], 1, true, undefined],
  ['a call, which is a request itself', [], [small], 0, true, undefined],
  ['a call beside acknowledgements: they share a packet', [ack], [small], 1, true, undefined],
  ['a call of unknown length', [ack], [{ request: {} }], 1, true, undefined],
  ['a part alone', [], [part], 1, true, undefined],
  ['a part behind acknowledgements, which travel by themselves', [ack], [part], 1, true, free],
] as const)('%s', (_, services, calls, sent, hungry, expected) => {
  expect(waitOf([...services], calls, sent, hungry)).toEqual(expected)
})
