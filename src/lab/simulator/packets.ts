/**
 * What is inside of decrypted packets, for the referee: read by code of its own, so that the client's readers do not judge
 * themselves.
 */
import { view } from '../../bytes.ts'

/** Constructor ids that the referee knows. */
export const Id = {
  CONTAINER: 0x73f1f8dc,
  RPC_RESULT: 0xf35c6d01,
  ACK: 0x62d6b459,
  STATE_INFO: 0x04deb57d,
  ALL_INFO: 0x8cc0d131,
  HTTP_WAIT: 0x9299359f,
  PONG: 0x347773c5,
  BAD_SALT: 0xedab447b,
  BAD_MESSAGE: 0xa7eff811,
  NEW_SESSION: 0x9ec20908,
  FUTURE_SALTS: 0xae500895,
  PING: 0x7abe77ec,
  STATE_REQ: 0xda69fb52,
  RESEND_REQ: 0x7d861a08,
  DETAILED_INFO: 0x276d3ec6,
  NEW_DETAILED_INFO: 0x809db6df,
} as const

/** salt, session_id, msg_id, seqno and length. */
const HEAD = 32
/** msg_id, seqno and length of a message in a container. */
const ITEM_HEAD = 16

/** One message. */
export interface Item {
  readonly msgId: bigint
  readonly seqno: number
  /** Constructor id. */
  readonly id: number
  readonly body: Uint8Array
}

/** A decrypted packet. */
export interface Packet {
  readonly salt: bigint
  readonly sessionId: bigint
  readonly msgId: bigint
  readonly seqno: number
  /** Bytes of the body, as the packet says; -1 when it says what cannot be. */
  readonly length: number
  readonly padding: number
  /** Whether it is a container. */
  readonly container: boolean
  /** The messages in it: one, unless it is a container. */
  readonly items: readonly Item[]
}

/** Takes a plaintext apart. */
export function readPacket(plain: Uint8Array): Packet {
  const head = view(plain)
  const length = plain.length < HEAD ? -1 : head.getInt32(28, true)
  const sound = length >= 4 && HEAD + length <= plain.length
  const body = sound ? plain.subarray(HEAD, HEAD + length) : new Uint8Array(0)
  const id = sound ? view(body).getUint32(0, true) : 0
  const msgId = head.getBigUint64(16, true)
  const seqno = head.getInt32(24, true)
  const container = id === Id.CONTAINER
  return {
    salt: head.getBigInt64(0, true),
    sessionId: head.getBigInt64(8, true),
    msgId,
    seqno,
    length: sound ? length : -1,
    padding: plain.length - HEAD - length,
    container,
    items: container ? readItems(body) : [{ msgId, seqno, id, body }],
  }
}

function readItems(body: Uint8Array): Item[] {
  const fields = view(body)
  const items: Item[] = []
  for (let at = 8; at + ITEM_HEAD <= body.length; ) {
    const length = fields.getInt32(at + 12, true)
    const start = at + ITEM_HEAD
    if (length < 4 || start + length > body.length) break
    items.push({
      msgId: fields.getBigUint64(at, true),
      seqno: fields.getInt32(at + 8, true),
      id: fields.getUint32(start, true),
      body: body.subarray(start, start + length),
    })
    at = start + length
  }
  return items
}

/** The ids that a `msgs_ack`, `msgs_state_req`, `msg_resend_req` or `msgs_all_info` names. */
export function readIds({ body }: Item): bigint[] {
  const fields = view(body)
  return Array.from({ length: fields.getInt32(8, true) }, (_, i) => fields.getBigUint64(12 + 8 * i, true))
}

/** A number of 64 bits that stands in a message, without a sign; 0 if the message is too short. */
export function readLong({ body }: Item, offset: number): bigint {
  return body.length < offset + 8 ? 0n : view(body).getBigUint64(offset, true)
}

/** A number of 32 bits that stands in a message; 0 if the message is too short. */
export function readInt({ body }: Item, offset: number): number {
  return body.length < offset + 4 ? 0 : view(body).getInt32(offset, true)
}

/** The bytes of a string that stands in a message. */
export function readBytes({ body }: Item, offset: number): Uint8Array {
  const short = body[offset] ?? 0
  if (short < 254) return body.subarray(offset + 1, offset + 1 + short)
  const length = view(body).getUint32(offset, true) >>> 8
  return body.subarray(offset + 4, offset + 4 + length)
}

/** The salts that a message tells of. */
export interface ToldSalts {
  /** The one that holds now, if it names one, and the message of ours that it says so of. */
  readonly now: bigint | undefined
  readonly about: bigint
  /** Those that will hold. */
  readonly later: readonly bigint[]
}

/** The salts that a message tells the client to use; undefined if it speaks of none. */
export function readSalts({ id, body }: Item): ToldSalts | undefined {
  const fields = view(body)
  const about = body.length < 12 ? 0n : fields.getBigUint64(4, true)
  if (id === Id.BAD_SALT || id === Id.NEW_SESSION) return { now: fields.getBigInt64(20, true), about, later: [] }
  if (id !== Id.FUTURE_SALTS) return undefined
  // req_msg_id, now, a bare vector of bare future_salt.
  const count = fields.getInt32(16, true)
  const later = Array.from({ length: count }, (_, i) => fields.getBigInt64(20 + 16 * i + 8, true))
  return { now: undefined, about, later }
}
