/**
 * When a packet over HTTP needs an `http_wait`.
 *
 * Without one the server holds each request until it has something to say, 25 s at most. That is right for a packet with a
 * call in it, or with a question. One with acknowledgements alone asks for nothing and need not be held; and when calls
 * wait although no request is open, there has to be one that asks for nothing but to be held.
 *
 * Source: https://core.telegram.org/mtproto/service_messages#http-wait-long-poll
 */
import type { PacketSource } from './carrier.ts'

/** Longest wait of a request, in milliseconds: what servers keep to by themselves. */
const HOLD = 25_000
/** The session sends a call of more bytes than this in a packet of its own. */
const ALONE = 16 * 1024
/** Messages that nobody answers. */
const UNANSWERED: readonly string[] = ['msgs_ack', 'msgs_state_info', 'msgs_all_info', 'http_wait']

/**
 * Adds the `http_wait` to the next packet of a session, where it needs one.
 * @param hungry no request is open
 */
export function addHttpWait(session: PacketSource, hungry: boolean): void {
  const { services, calls } = session.outbox
  const [call] = calls
  const isWithCall = call !== undefined && (call.request.size ?? 0) <= ALONE
  if (isWithCall || services.some(({ message }) => !UNANSWERED.includes(message._))) return
  const hold = hungry && !call && session.sent.size > 0
  if (!hold && services.length === 0) return
  session.send({ _: 'http_wait', maxDelay: 0, waitAfter: 0, maxWait: hold ? HOLD : 0 })
}
