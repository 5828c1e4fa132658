/**
 * Containers whose messages stand in another order: legal, since nothing but the ids says what came first.
 */
import { concat, view } from '../../bytes.ts'
import type { Stream } from './random.ts'

const MSG_CONTAINER = 0x73f1f8dc
/** Constructor id and count; msg_id, seqno and length of each message. */
const HEAD = 8
const ITEM_HEAD = 16

/** The body of a container with its messages in another order; any other body as it is. */
export function shuffleContainer(body: Uint8Array, stream: Stream): Uint8Array {
  const fields = view(body)
  if (body.length < HEAD || fields.getUint32(0, true) !== MSG_CONTAINER) return body
  const items: Uint8Array[] = []
  for (let at = HEAD; at < body.length; ) {
    const end = at + ITEM_HEAD + fields.getInt32(at + 12, true)
    items.push(body.subarray(at, end))
    at = end
  }
  for (let last = items.length - 1; last > 0; last--) {
    const other = stream.below(last + 1)
    const item = items[last]!
    items[last] = items[other]!
    items[other] = item
  }
  return concat(body.subarray(0, HEAD), ...items)
}
