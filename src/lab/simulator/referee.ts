/**
 * Watches a run and notes every broken rule: what clients send, what they take, what they remember, what they tell.
 */
import { toHex, view } from '../../bytes.ts'
import type { AuthKey } from '../../crypto/auth-key.ts'
import type { Crypto, WithMd5 } from '../../crypto/crypto.ts'
import type { RandomSource } from '../../host.ts'
import { createServerCodec, type ServerCodec } from '../../transport/framing/index.ts'
import { open } from '../../transport/session/envelope.ts'
import { SEEN_IDS } from '../../transport/session/seen-ids.ts'
import type { Session } from '../../transport/session/session.ts'
import { AckCheck, SaltCheck } from './checks/acks.ts'
import { CallCheck } from './checks/calls.ts'
import { DialogueCheck } from './checks/dialogue.ts'
import { ExecutionCheck } from './checks/executions.ts'
import { FloodCheck } from './checks/floods.ts'
import { InboxCheck, type Sealed } from './checks/inbox.ts'
import { LinkCheck } from './checks/links.ts'
import { OpeningCheck } from './checks/opening.ts'
import { PartCheck } from './checks/parts.ts'
import { ResendCheck } from './checks/resends.ts'
import { WireCheck } from './checks/wire.ts'
import type { Observer } from './observe.ts'
import { type Packet, readPacket } from './packets.ts'
import { Stream } from './random.ts'

/** Most violations that are noted: a broken rule is often broken again and again. */
const MOST_VIOLATIONS = 20
/** Heads of packets: key id and msg_key of encrypted ones. */
const ENCRYPTED_HEAD = 24
const SHORTEST = 72
/** What must not be done twice. */
const MAKES_MEDIA = 'messages.uploadMedia'

/** A broken rule. */
export interface Violation {
  /** Virtual milliseconds. */
  readonly at: number
  readonly check: string
  readonly detail: string
}

export interface RefereeOptions {
  readonly crypto: Crypto<Uint8Array> & WithMd5
  /** Virtual milliseconds. */
  readonly now: () => number
  /** Every key that any server ever had. */
  readonly keys: ReadonlyMap<bigint, AuthKey>
  readonly trace: (line: () => string) => void
}

export class Referee {
  readonly violations: Violation[] = []
  /** Encrypted packets of clients seen. */
  packets = 0
  readonly observer: Observer
  readonly calls: CallCheck
  readonly #options: RefereeOptions
  readonly #taps = new Map<number, ServerCodec>()
  readonly #wire: WireCheck
  readonly #inbox: InboxCheck
  readonly #acks: AckCheck
  readonly #salts: SaltCheck
  readonly opening: OpeningCheck
  readonly executions: ExecutionCheck
  readonly parts: PartCheck
  readonly links: LinkCheck
  readonly #resends: ResendCheck<Session>
  readonly #dialogue: DialogueCheck
  readonly #floods: FloodCheck
  /** The link that the packet at hand was written to. */
  #link = 0

  constructor(options: RefereeOptions) {
    this.#options = options
    const noting =
      (check: string) =>
      (detail: string): void =>
        this.violate(check, detail)
    this.#wire = new WireCheck(noting('wire'))
    this.#inbox = new InboxCheck(noting('inbox'))
    this.#acks = new AckCheck(noting('acks'))
    this.#salts = new SaltCheck(noting('salts'))
    this.opening = new OpeningCheck(noting('opening'))
    this.executions = new ExecutionCheck(noting('executions'))
    this.parts = new PartCheck(noting('parts'))
    this.links = new LinkCheck(noting('links'))
    this.#resends = new ResendCheck(noting('resends'), (call, sessionId) => {
      const { msgId, request } = call
      if (request.method === MAKES_MEDIA) this.executions.wrote({ link: this.#link, sessionId, msgId }, call)
    })
    this.#dialogue = new DialogueCheck(noting('dialogue'))
    this.#floods = new FloodCheck(noting('floods'), options.now)
    this.calls = new CallCheck(noting('calls'), SEEN_IDS)
    this.observer = {
      onCall: (session, request) => {
        const timed = this.#floods.watched(session.options.random, request)
        const known = this.executions.watched(session, this.parts.watched(session, timed))
        return this.calls.watched(session, known)
      },
      onCancel: (session, call) => this.calls.cancelled(session, call.request),
      onReceive: (session, plain) => {
        const genuine = this.#inbox.isGenuine(plain)
        const packet = readPacket(plain.slice())
        this.opening.opened(genuine, packet)
        const { id, options: its, seen } = session
        const { clock } = its
        const now = options.now()
        const opened = this.opening.receiving(packet, {
          sessionId: id,
          serverTime: clock.synced ? clock.serverTime() : undefined,
          seen: (msgId) => seen.has(msgId),
        })
        const fresh = packet.items.filter(({ msgId }) => !seen.has(msgId))
        const resent = this.#resends.receiving(session, packet, now)
        return () => {
          opened()
          resent()
          this.#dialogue.accepted(id, fresh, now, (msgId) => seen.has(msgId))
          if (session.id !== id) this.#dialogue.disconnected(id)
          options.trace(() => `accepted (salt ${packet.salt}) ${show(packet)}`)
          this.#inbox.accepted(genuine, packet.msgId)
          this.#acks.accepted(packet, options.now())
          this.#salts.accepted(packet)
          this.calls.look(session, options.now())
        }
      },
      onConnected: (session) => {
        this.calls.connected(session, options.now())
        this.#resends.connected(session)
      },
      onDisconnected: (session) => {
        this.calls.disconnected(session)
        this.#resends.disconnected(session)
        this.#dialogue.disconnected(session.id)
      },
      onExchange: (body) => this.opening.exchanged(body),
      onFresh: (ids, id) => this.#inbox.fresh(ids, id),
    }
  }

  /** Notes a broken rule. */
  violate(check: string, detail: string): void {
    if (this.violations.length < MOST_VIOLATIONS) this.violations.push({ at: this.#options.now(), check, detail })
  }

  /** A server seals a message. */
  sealed(sealed: Sealed): void {
    this.#inbox.sealed({ ...sealed, body: sealed.body.slice() })
  }

  /** A client hands bytes to a link. */
  written(link: number, bytes: Uint8Array): void {
    const { crypto } = this.#options
    this.links.written(link, bytes)
    let tap = this.#taps.get(link)
    if (tap === undefined) {
      tap = createServerCodec({ random: new Stream(link, 'tap').fill, crypto })
      this.#taps.set(link, tap)
    }
    try {
      for (const packet of tap.feed(bytes.slice())) this.#packet(link, packet)
    } catch (error) {
      this.violate('wire', `bytes that are no packets: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** A client was closed, and begins anew from what it stored. */
  restarted(): void {
    this.#salts.restarted()
    this.#floods.restarted()
    this.#dialogue.restarted()
  }

  /** The process that draws from `random` was killed: nobody waits for what it had under way. */
  killed(random: RandomSource): void {
    this.calls.abandon((session) => (session as Session).options.random === random)
  }

  /** All is quiet, and the clients are still connected. */
  quiet(isOpen: (link: number) => boolean): void {
    this.#acks.quiet(this.#options.now(), isOpen)
    this.#dialogue.quiet(this.#options.now(), isOpen)
  }

  #packet(link: number, packet: Uint8Array): void {
    const keyId = view(packet).getBigInt64(0, true)
    if (keyId === 0n) return
    const authKey = this.#options.keys.get(keyId)
    const end = packet.length - ((packet.length - ENCRYPTED_HEAD) & 15)
    if (authKey === undefined || end < SHORTEST) {
      this.violate('wire', 'a packet under a key that no server ever had, or too short')
      return
    }
    const msgKey = toHex(packet.subarray(8, ENCRYPTED_HEAD))
    const plain = open({ crypto: this.#options.crypto, authKey }, 'client', packet.subarray(0, end))
    if (plain === undefined) {
      this.violate('wire', 'a packet whose msg_key is wrong')
      return
    }
    this.packets++
    this.#sent(readPacket(plain), msgKey, `${keyId}`, link)
  }

  #sent(packet: Packet, msgKey: string, key: string, link: number): void {
    this.#link = link
    this.#options.trace(() => `link ${link} sent (salt ${packet.salt}) ${show(packet)}`)
    this.#wire.packet(packet, msgKey)
    this.#acks.packet(packet, this.#options.now(), key, link)
    this.#salts.packet(packet, key)
    this.#resends.packet(packet, this.#options.now())
    this.#dialogue.packet(link, packet, this.#options.now())
  }
}

function show({ sessionId, items }: Packet): string {
  const session = BigInt.asUintN(64, sessionId).toString(16).slice(0, 4)
  return `session ${session}: ${items.map(({ id, msgId, seqno }) => `${id.toString(16)}(${msgId}, ${seqno})`).join(' ')}`
}
