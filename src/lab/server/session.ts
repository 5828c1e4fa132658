/**
 * One session at the server: a client's messages, and the answers they get.
 *
 * A session belongs to an authorization key and outlives connections: the client finds its unacknowledged answers again
 * when it comes back. Every message is checked, remembered and answered as the protocol prescribes; service messages are
 * served here, calls are handed to the API.
 *
 * Sources: https://core.telegram.org/mtproto/description, https://core.telegram.org/mtproto/service_messages,
 * https://core.telegram.org/mtproto/service_messages_about_messages
 */
import { view } from '../../bytes.ts'
import { TlError } from '../../errors.ts'
import { randomBytes, type Timer } from '../../host.ts'
import { readClientMessage } from '../../tl/generated/mtproto/server.ts'
import { TlReader } from '../../tl/reader.ts'
import type { KeyRecord } from './auth-keys.ts'
import { type Api, Calls } from './calls.ts'
import type { Dc } from './dc.ts'
import type { Link } from './link.ts'
import { MSG_CONTAINER, OutgoingQueue } from './outgoing.ts'
import { BadMessage, checkMessageId, type Received, ReceivedMessages } from './received.ts'
import { SERVICE_IDS, serve } from './services.ts'
import { GZIP_PACKED, unpack } from './unpack.ts'

const MSGS_ACK = 0x62d6b459
/** Most messages in a client's container. */
const MAX_IN_CONTAINER = 1020
/** msg_id, seqno and length of a message in a container. */
const ITEM_HEAD = 16

/** The fields in front of a packet's body, salt and session id aside. */
export interface MessageTag {
  readonly msgId: bigint
  readonly seqno: number
}

/** What sessions need of the table they stand in. */
export interface SessionOwner {
  readonly api: Api
  /** Ends a session of a key; false if there is none of that id. */
  destroySession(key: KeyRecord, sessionId: bigint): boolean
}

interface Item extends MessageTag {
  readonly reader: TlReader
}

export class ServerSession {
  readonly dc: Dc
  readonly key: KeyRecord
  readonly id: bigint
  readonly received: ReceivedMessages = new ReceivedMessages()
  readonly queue: OutgoingQueue
  readonly calls: Calls
  link: Link | undefined
  readonly #owner: SessionOwner
  readonly #acks = new Set<bigint>()
  #announced = false
  #receiving = false
  #ackTimer: Timer | undefined
  #destroyed = false
  #keyDoomed = false

  constructor(dc: Dc, owner: SessionOwner, key: KeyRecord, id: bigint) {
    this.dc = dc
    this.key = key
    this.id = id
    this.#owner = owner
    this.queue = new OutgoingQueue(dc.behaviour)
    this.calls = new Calls(this, owner.api)
  }

  /**
   * Takes a decrypted packet.
   * @param link the connection it came over: answers go there from now on
   * @param salt as it stood in the packet
   * @param body exactly the message's body
   */
  receive(link: Link, tag: MessageTag, salt: bigint, body: TlReader): void {
    this.#attach(link)
    this.#receiving = true
    try {
      const code = checkMessageId(tag.msgId, this.dc.seconds())
      if (code !== 0) this.refuse(tag.msgId, tag.seqno, code)
      else if (!this.key.salts.accepts(salt, this.dc.seconds())) this.refuse(tag.msgId, tag.seqno, BadMessage.SALT)
      else this.#packet({ ...tag, reader: body })
    } finally {
      this.#receiving = false
    }
    this.#flushOrWait()
  }

  /** The connection is gone; the session waits for the client's next one. */
  detach(link: Link): void {
    if (this.link !== link) return
    this.link = undefined
    this.queue.disconnected()
  }

  /** Sends what waits, as far as the link can carry it now. */
  flush(): void {
    this.#flush()
  }

  /** Sends once more what the client has not acknowledged although it was made before `time`, in milliseconds. */
  repeatOlder(time: number): void {
    this.queue.repeatOlder(time)
    // Acknowledgements alone go on waiting for something to travel with.
    if (!this.queue.isEmpty) this.#flush()
  }

  /** Ends the session: nothing is sent any more. */
  destroy(): void {
    this.#destroyed = true
    this.calls.destroy()
    this.#ackTimer?.cancel()
    this.#ackTimer = undefined
    this.link = undefined
  }

  push(body: Uint8Array): void {
    if (this.#destroyed) return
    this.queue.update(body, this.dc.milliseconds())
    if (!this.#receiving) this.#flush()
  }

  answer(message: Received, body: Uint8Array): void {
    // The answer itself acknowledges the call.
    message.acknowledged = true
    this.#acks.delete(message.msgId)
    this.queue.answer(message.msgId, body, this.dc.milliseconds())
    if (!this.#receiving) this.#flush()
  }

  refuse(badMsgId: bigint, badMsgSeqno: number, errorCode: number): void {
    const about = { badMsgId, badMsgSeqno, errorCode }
    const now = this.dc.milliseconds()
    if (errorCode === BadMessage.SALT) {
      const newServerSalt = this.key.salts.current(this.dc.seconds())
      this.queue.service({ _: 'bad_server_salt', ...about, newServerSalt }, now, { answer: true })
    } else this.queue.service({ _: 'bad_msg_notification', ...about }, now, { answer: true })
    if (!this.#receiving) this.#flush()
  }

  destroyOther(sessionId: bigint): boolean {
    return this.#owner.destroySession(this.key, sessionId)
  }

  destroyKey(): void {
    this.#keyDoomed = true
  }

  #attach(link: Link): void {
    if (this.link === link) return
    const returns = this.#announced
    this.link = link
    if (returns) this.queue.everythingAgain(this.dc.milliseconds())
  }

  /** A packet holds one message, plain or packed, or a container. */
  #packet(item: Item): void {
    const { reader, msgId } = item
    if (reader.remaining >= 4 && reader.peekId() === MSG_CONTAINER) this.#refuseIf(item, this.#container(item))
    else {
      this.#announce(msgId)
      this.#refuseIf(item, this.#message(item))
    }
  }

  /** Takes a container apart. Returns the code to refuse it with, 0 if it is in order. */
  #container(container: Item): number {
    const { msgId, seqno } = container
    if (this.received.find(msgId) !== undefined) return BadMessage.CONTAINER_ID_KNOWN
    if ((seqno & 1) !== 0) return BadMessage.SEQNO_NOT_EVEN
    const items = readContainer(container)
    if (items === undefined) return BadMessage.CONTAINER_INVALID
    const order = this.#checkOrder(container)
    if (order !== 0) return order
    let lowest = msgId
    for (const item of items) if (item.msgId < lowest) lowest = item.msgId
    this.#announce(lowest)
    this.received.add(msgId, seqno).acknowledged = true
    for (const item of items) {
      this.#refuseIf(item, checkMessageId(item.msgId, this.dc.seconds()) || this.#message(item))
    }
    return 0
  }

  /** Takes a single message. Returns the code to refuse it with, 0 if it is in order. */
  #message({ msgId, seqno, reader }: Item): number {
    const known = this.received.find(msgId)
    if (known !== undefined) {
      this.#duplicate(known)
      return 0
    }
    const order = this.#checkOrder({ msgId, seqno })
    if (order !== 0) return order
    const content = this.#unpacked(reader)
    const id = content?.peekId() ?? 0
    const odd = (seqno & 1) === 1
    if (id === MSGS_ACK && odd && this.dc.behaviour.strictAcks) return BadMessage.SEQNO_NOT_EVEN
    if (!SERVICE_IDS.has(id) && !odd) return BadMessage.SEQNO_NOT_ODD
    const received = this.received.add(msgId, seqno)
    if (odd) this.#acks.add(msgId)
    if (content === undefined) this.calls.fail(received, 400, 'INPUT_FETCH_ERROR')
    else if (SERVICE_IDS.has(id)) this.#service(received, content)
    else this.calls.start(received, content)
    return 0
  }

  /** The content of a message, packed or not; undefined when there is not even a constructor id. */
  #unpacked(reader: TlReader): TlReader | undefined {
    try {
      if (reader.peekId() !== GZIP_PACKED) return reader
      const content = new TlReader(unpack(this.dc.crypto, reader), 0, undefined, { views: true })
      content.peekId()
      return content
    } catch (error) {
      if (error instanceof TlError) return undefined
      throw error
    }
  }

  #refuseIf({ msgId, seqno }: MessageTag, code: number): void {
    if (code !== 0) this.refuse(msgId, seqno, code)
  }

  #checkOrder({ msgId, seqno }: MessageTag): number {
    if (this.received.isForgotten(msgId)) return BadMessage.TOO_OLD
    return this.received.checkOrder(msgId, seqno)
  }

  #service(received: Received, reader: TlReader): void {
    try {
      if (!serve(this, received, readClientMessage(reader))) return
      received.acknowledged = true
      this.#acks.delete(received.msgId)
    } catch (error) {
      // A service message that cannot be read is acknowledged and otherwise ignored: there is no answer for it.
      if (!(error instanceof TlError)) throw error
    }
  }

  /** A message that was received before is acknowledged again; its answer is sent again, or announced if it is long. */
  #duplicate(message: Received): void {
    const answer = this.queue.answerTo(message.msgId)
    if (answer === undefined) {
      if ((message.seqno & 1) === 1) this.#acks.add(message.msgId)
    } else if (answer.body.length <= this.dc.behaviour.resendLimit) this.queue.again(answer)
    else this.queue.announce(answer, this.dc.milliseconds())
  }

  /** Tells the client, once, that this session is new to the server. */
  #announce(firstMsgId: bigint): void {
    if (this.#announced) return
    this.#announced = true
    const uniqueId = view(randomBytes(this.dc.host.random, 8)).getBigInt64(0, true)
    const serverSalt = this.key.salts.current(this.dc.seconds())
    this.queue.service({ _: 'new_session_created', firstMsgId, uniqueId, serverSalt }, this.dc.milliseconds(), {
      content: true,
    })
  }

  /** After a packet: what waits goes out with all acknowledgements; acknowledgements alone may wait for an answer. */
  #flushOrWait(): void {
    if (!this.queue.isEmpty || this.dc.behaviour.ackDelay === 0) this.#flush()
    else if (this.#acks.size > 0 && this.#ackTimer === undefined && !this.#destroyed) {
      this.#ackTimer = this.dc.host.setTimer(this.dc.behaviour.ackDelay, () => {
        this.#ackTimer = undefined
        this.#flush()
      })
    }
    if (this.#keyDoomed) this.dc.keys.remove(this.key)
  }

  #flush(): void {
    const { link } = this
    if (link === undefined || this.#destroyed) return
    while (this.link === link && (this.#acks.size > 0 || !this.queue.isEmpty)) {
      if (link.mayCarry?.() === false) return
      const load = this.queue.take(this.#takeAcks(), this.dc.milliseconds())
      if (load !== undefined) link.send(this.key, this.id, load)
    }
  }

  /** The acknowledgements that wait; from now on they are on their way. */
  #takeAcks(): bigint[] {
    const acks = [...this.#acks]
    for (const msgId of acks) {
      const message = this.received.find(msgId)
      if (message !== undefined) message.acknowledged = true
    }
    this.#acks.clear()
    this.#ackTimer?.cancel()
    this.#ackTimer = undefined
    return acks
  }
}

/** The messages of a container; undefined when it breaks a rule: nested, too many, ids above its own, lengths that do not fit. */
function readContainer({ msgId, reader }: Item): Item[] | undefined {
  try {
    reader.uint()
    const count = reader.int()
    if (count < 1 || count > MAX_IN_CONTAINER) return undefined
    const items: Item[] = []
    for (let i = 0; i < count; i++) {
      if (reader.remaining < ITEM_HEAD) return undefined
      const id = BigInt.asUintN(64, reader.long())
      const seqno = reader.int()
      const length = reader.int()
      if (length < 4 || length % 4 !== 0 || length > reader.remaining || id >= msgId) return undefined
      const body = new TlReader(reader.buffer, reader.pos, reader.pos + length, { views: true })
      if (body.peekId() === MSG_CONTAINER) return undefined
      items.push({ msgId: id, seqno, reader: body })
      reader.pos += length
    }
    return reader.remaining === 0 ? items : undefined
  } catch (error) {
    if (error instanceof TlError) return undefined
    throw error
  }
}
