/**
 * Each byte of encrypted packets of every kind, changed on the way, one at a time: all are refused by the one error, and
 * nothing of the message is used.
 */
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { concat } from '../../../src/bytes.ts'
import { container, gzipPacked, int, result, rpcError, service } from '../../support/session-peer.ts'
import { SessionBench } from '../../support/tamper-session.ts'

/** What each byte is changed by. */
const FLIPS = [0x01, 0x80, 0xff]

const UPDATE = int(0x55555555)

/** A packet of each kind, for a session with three calls on their way; `seqno` as a server sets it. */
const PACKETS: readonly { name: string; seqno?: number; body: (bench: SessionBench) => Uint8Array }[] = [
  { name: 'rpc_result', body: ({ calls }) => result(calls[0]!, int(7)) },
  { name: 'rpc_result with an error', body: ({ calls }) => result(calls[0]!, rpcError(400, 'PEER_ID_INVALID')) },
  { name: 'rpc_result, its content packed', body: ({ calls }) => result(calls[0]!, gzipPacked(gzipSync(int(7)))) },
  { name: 'gzip_packed', body: () => gzipPacked(gzipSync(UPDATE)) },
  {
    name: 'a container of several',
    seqno: 2,
    body: (bench) =>
      container([
        { msgId: bench.at(-3), seqno: 1, body: result(bench.calls[0]!, int(7)) },
        { msgId: bench.at(-2), seqno: 3, body: gzipPacked(gzipSync(UPDATE)) },
        { msgId: bench.at(-1), seqno: 4, body: service({ _: 'pong', msgId: bench.calls[1]!, pingId: 5n }) },
      ]),
  },
  {
    name: 'bad_server_salt',
    seqno: 0,
    body: ({ calls }) =>
      service({ _: 'bad_server_salt', badMsgId: calls[0]!, badMsgSeqno: 1, errorCode: 48, newServerSalt: 9n }),
  },
  {
    name: 'bad_msg_notification',
    seqno: 0,
    body: ({ calls }) => service({ _: 'bad_msg_notification', badMsgId: calls[0]!, badMsgSeqno: 1, errorCode: 16 }),
  },
  {
    name: 'new_session_created',
    body: ({ calls }) => service({ _: 'new_session_created', firstMsgId: calls[1]!, uniqueId: 4n, serverSalt: 9n }),
  },
  { name: 'pong', seqno: 0, body: ({ calls }) => service({ _: 'pong', msgId: calls[0]!, pingId: 5n }) },
  { name: 'msgs_ack', seqno: 0, body: ({ calls }) => service({ _: 'msgs_ack', msgIds: calls }) },
  {
    name: 'future_salts',
    seqno: 0,
    body: ({ calls }) =>
      service({
        _: 'future_salts',
        reqMsgId: calls[0]!,
        now: 1_704_067_200,
        salts: [{ _: 'future_salt', validSince: 1_704_067_000, validUntil: 1_704_070_000, salt: 9n }],
      }),
  },
  { name: 'an update', body: () => UPDATE },
]

describe('every byte of a packet', { timeout: 60_000 }, () => {
  test.each(PACKETS)('$name', async ({ body, seqno = 1 }) => {
    const honest = await SessionBench.ready()
    const before = honest.traces()
    const { length } = honest.seal(body(honest), { seqno })
    honest.mustTake(honest.seal(body(honest), { seqno }), 'unchanged')
    expect(honest.traces()).not.toEqual(before)
    honest.dispose()
    let bytes = 0
    for (let at = 0; at < length; at++) {
      bytes++
      for (const flip of FLIPS) {
        const bench = await SessionBench.ready()
        const packet = bench.seal(body(bench), { seqno })
        packet[at]! ^= flip
        bench.mustRefuse(packet, `byte ${at} ^ 0x${flip.toString(16)}`)
      }
    }
    expect(bytes).toBe(length)
  })
})

describe('the packet as a whole', () => {
  const BODY = PACKETS[0]!.body

  test('cut short anywhere', async () => {
    const { length } = await SessionBench.ready().then((bench) => bench.seal(BODY(bench)))
    for (let kept = 5; kept < length; kept++) {
      const bench = await SessionBench.ready()
      bench.mustRefuse(bench.seal(BODY(bench)).slice(0, kept), `to ${kept} bytes`)
    }
  })

  test('with bytes behind it, or a block put in or taken out', async () => {
    for (const more of [1, 4, 8, 12, 15, 16, 32, 1024]) {
      const bench = await SessionBench.ready()
      bench.mustRefuse(concat(bench.seal(BODY(bench)), new Uint8Array(more)), `${more} bytes more`)
    }
    for (let block = 24; block < 72; block += 16) {
      const bench = await SessionBench.ready()
      const packet = bench.seal(BODY(bench))
      bench.mustRefuse(concat(packet.slice(0, block), packet.slice(block + 16)), `without the block at ${block}`)
      const other = await SessionBench.ready()
      const longer = concat(packet.slice(0, block + 16), packet.slice(block))
      other.mustRefuse(longer, `with the block at ${block} twice`)
    }
  })

  test('a message of the client, sent back to it', async () => {
    const bench = await SessionBench.ready()
    bench.call(9)
    await bench.settle()
    bench.mustRefuse(bench.sent()[0]!, 'reflected')
  })

  test('a plain message, where everything is encrypted', async () => {
    const bench = await SessionBench.ready()
    bench.mustRefuse(concat(new Uint8Array(16), int(4), UPDATE), 'plain')
  })

  test('head of one packet, body of another', async () => {
    const bench = await SessionBench.ready()
    const [one, two] = [bench.seal(BODY(bench)), bench.seal(UPDATE)]
    bench.mustRefuse(concat(one.slice(0, 24), two.slice(24)), 'mixed')
  })
})
