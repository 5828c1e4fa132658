/**
 * Servers that lie: messages that are sealed as they should be and break a rule of the protocol, which whoever holds the
 * key could send. A client has to refuse every one of them.
 *
 * Sources: https://core.telegram.org/mtproto/security_guidelines, https://core.telegram.org/mtproto/service_messages#containers
 */
import { concat, fromBigInt, toBigInt, view } from '../../bytes.ts'
import type { ServerMessage } from '../../tl/generated/mtproto/types.ts'
import { TlWriter } from '../../tl/writer.ts'
import type { OutgoingPlain } from '../server/faults.ts'
import { gzip } from './deflate.ts'
import { Id } from './packets.ts'
import type { Stream } from './random.ts'

const GZIP_PACKED = 0x3072cfa1
/** What no client should unpack: a byte more than 16 MiB. */
const BOMB = 16 * 1024 * 1024 + 1
/** salt, session_id, msg_id, seqno and length. */
const HEAD = 32
const BLOCK = 16
const MIN_PADDING = 12
const MAX_PADDING = 1024

/** A message as it is sealed. */
export type Whole = Required<OutgoingPlain>

/** A lie, and what it is. */
export interface Lie {
  readonly plain: Whole
  readonly what: string
}

let bomb: Uint8Array | undefined

/** A message with a lie in it. */
export function lieIn(plain: Whole, stream: Stream): Lie {
  const { head, body } = plain
  const container = view(body).getUint32(0, true) === Id.CONTAINER
  const again = (change: Partial<Whole>): Whole => {
    const whole = { ...plain, ...change }
    return { ...whole, padding: stream.bytes(MIN_PADDING + (-(HEAD + whole.body.length + MIN_PADDING) & (BLOCK - 1))) }
  }
  const kinds: (() => Lie)[] = [
    () => ({ plain: again({ head: { ...head, sessionId: head.sessionId ^ 1n } }), what: 'another session' }),
    () => {
      const rest = -(HEAD + body.length) & (BLOCK - 1)
      const few = rest < MIN_PADDING && stream.chance(500)
      const padding = stream.bytes(few ? rest : MAX_PADDING + rest + (rest === 0 ? BLOCK : 0))
      return { plain: { ...plain, padding }, what: `${padding.length} bytes of padding` }
    },
    () => {
      const msgId = head.msgId - (head.msgId & 3n) + 2n
      return { plain: again({ head: { ...head, msgId } }), what: 'a msg_id that is even' }
    },
    () => {
      const inner = containing(head.msgId - 4n, 0, containing(head.msgId - 8n, head.seqno, body))
      const seqno = head.seqno & ~1
      return { plain: again({ head: { ...head, seqno }, body: inner }), what: 'a container in a container' }
    },
    () => {
      bomb ??= gzip(new Uint8Array(BOMB))
      const writer = new TlWriter(bomb.length + 16)
      writer.uint(GZIP_PACKED)
      writer.bytes(bomb)
      const seqno = head.seqno | 1
      return { plain: again({ head: { ...head, seqno }, body: writer.finish() }), what: 'more than 16 MiB, packed' }
    },
  ]
  if (container) {
    kinds.push(() => {
      const changed = body.slice()
      view(changed).setInt32(4, view(body).getInt32(4, true) + 1, true)
      return { plain: again({ body: changed }), what: 'a container of fewer messages than it says' }
    })
    if (view(body).getInt32(4, true) > 0) {
      kinds.push(() => {
        const changed = body.slice()
        view(changed).setBigUint64(8, head.msgId + 4n, true)
        return { plain: again({ body: changed }), what: 'a container with a lower msg_id than what it holds' }
      })
    }
  }
  return stream.pick(kinds)()
}

/** A body in a container of its own. */
function containing(msgId: bigint, seqno: number, body: Uint8Array): Uint8Array {
  const writer = new TlWriter(24)
  writer.uint(Id.CONTAINER)
  writer.int(1)
  writer.long(BigInt.asIntN(64, msgId))
  writer.int(seqno)
  writer.int(body.length)
  return concat(writer.finish(), body)
}

/** An answer of a key exchange with a lie in it; undefined where there is nothing to lie about. */
export function lieInExchange(
  message: ServerMessage,
  stream: Stream,
): { readonly message: ServerMessage; readonly what: string } | undefined {
  const turned = (bytes: Uint8Array): Uint8Array => {
    const changed = bytes.slice()
    changed[stream.below(changed.length)]! ^= 1 << stream.below(8)
    return changed
  }
  if (message._ === 'server_DH_inner_data' && stream.chance(700)) {
    const prime = toBigInt(message.dhPrime)
    const gA = stream.pick([0n, 1n, 1n << 900n, prime - 1n, prime - (1n << 1900n), prime + 4n])
    return { message: { ...message, gA: fromBigInt(gA, 256) }, what: 'g_a is out of range' }
  }
  if (message._ === 'dh_gen_ok' && stream.chance(700)) {
    return { message: { ...message, newNonceHash1: turned(message.newNonceHash1) }, what: 'new_nonce_hash1 is wrong' }
  }
  if (!('nonce' in message)) return undefined
  return { message: { ...message, nonce: turned(message.nonce) }, what: `the nonce of ${message._} is wrong` }
}
