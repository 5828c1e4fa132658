/**
 * Key exchanges between a real client and a real test DC, both drawn from seeds, with one message changed on the way.
 *
 * The verdict on a change is the client's, by what it does: it refuses the very message; or it goes on and the exchange
 * dies at a later message without a key; or both ends have the same key in the end.
 */
import { concat, equal } from '../../src/bytes.ts'
import { AuthKeys } from '../../src/lab/server/auth-keys.ts'
import type { Dc } from '../../src/lab/server/dc.ts'
import { TELEGRAM_GROUP } from '../../src/lab/server/dh-group.ts'
import { ExchangeRefused, ServerExchange } from '../../src/lab/server/exchange.ts'
import type { ExchangeFaults } from '../../src/lab/server/faults.ts'
import { readClientMessage, writeServerMessage } from '../../src/tl/generated/mtproto/server.ts'
import type { ServerMessage } from '../../src/tl/generated/mtproto/types.ts'
import { TlReader } from '../../src/tl/reader.ts'
import { TlWriter } from '../../src/tl/writer.ts'
import { tmpAesKeyIv } from '../../src/transport/exchange/derive.ts'
import { unwrapPlain, wrapPlain } from '../../src/transport/exchange/plain.ts'
import { MessageIds, SERVER_RESIDUE } from '../../src/transport/session/message-id.ts'
import { SERVER_KEY } from './exchange-server.ts'
import { Bench, cachingCrypto } from './tamper-bench.ts'
import { VirtualHost } from './virtual-host.ts'

/** What the client made of a change: see the module's comment. */
export type Verdict = 'refused' | 'caught later' | 'accepted'

/** Change of one packet of the server's: the `step`-th, counted from 0. */
export interface Change {
  readonly step: number
  readonly apply: (packet: Uint8Array, bench: Bench) => Uint8Array
}

/** The server's side of one exchange, plain packets in and out. */
export class SeededServer {
  readonly keys: AuthKeys
  readonly #dc: Dc
  readonly #ids = new MessageIds()
  #exchange: ServerExchange | undefined

  /** @param seed 1168 gives a pq that is factorized in no time, so that thousands of exchanges take seconds */
  constructor(faults: ExchangeFaults = {}, seed = 1168) {
    const host = new VirtualHost({ seed })
    this.keys = new AuthKeys(cachingCrypto, host.random)
    // All of a DC that its key exchange looks at.
    const dc: Pick<Dc, 'id' | 'host' | 'crypto' | 'rsaKeys' | 'dh' | 'keys' | 'faults' | 'seconds'> = {
      id: 2,
      host,
      crypto: cachingCrypto,
      rsaKeys: [SERVER_KEY],
      dh: TELEGRAM_GROUP,
      keys: this.keys,
      faults: { exchange: faults },
      seconds: () => Math.floor(host.wallClock() / 1000),
    }
    this.#dc = dc as Dc
  }

  /** Answers a packet; undefined where it closes the connection instead. */
  answer(packet: Uint8Array): Uint8Array | undefined {
    const { body } = unwrapPlain(packet)
    const message = readClientMessage(new TlReader(body))
    let answer: ServerMessage
    if (message._ === 'req_pq_multi') {
      this.#exchange = new ServerExchange(this.#dc, message.nonce)
      answer = this.#exchange.challenge()
    } else {
      try {
        answer = this.#exchange!.receive(message, body)
      } catch (error) {
        if (error instanceof ExchangeRefused) return undefined
        throw error
      }
    }
    const writer = new TlWriter()
    writeServerMessage(writer, answer)
    return wrapPlain(this.#ids.next(this.#dc.host.wallClock(), SERVER_RESIDUE), writer.finish())
  }
}

/** One exchange, from its first packet to a key or to the end of the connection. */
export interface Outcome {
  readonly bench: Bench
  readonly verdict: Verdict
  /** Server's packets as they would have been delivered. */
  readonly packets: readonly Uint8Array[]
  /** Packets that the client sent after the changed one was delivered. */
  readonly sentAfter: number
}

/** Runs one exchange. */
export async function exchange(change?: Change, faults: ExchangeFaults = {}, seed = 1): Promise<Outcome> {
  const bench = new Bench({ seed })
  const server = new SeededServer(faults)
  const packets: Uint8Array[] = []
  let refusedAt: number | undefined
  let sentAfter = 0
  await bench.open()
  while (!bench.agreed && !bench.closed) {
    const sent = bench.sent()
    if (sent.length !== 1) throw new Error(`the client sent ${sent.length} packets`)
    const answer = server.answer(sent[0]!)
    if (!answer) {
      bench.cut()
      break
    }
    const step = packets.push(answer) - 1
    bench.deliver(change?.step === step ? change.apply(answer.slice(), bench) : answer.slice())
    if (bench.closed) refusedAt = step
    await bench.settle()
    if (change !== undefined && step >= change.step && !bench.agreed && bench.closed) sentAfter += bench.sent().length
  }
  const same =
    bench.agreed !== undefined && [...server.keys.all()].some((k) => equal(k.authKey.bytes, bench.agreed!.authKey))
  if (bench.agreed && !same) throw new Error('the client took a key that the server does not have')
  const verdict = same ? 'accepted' : refusedAt !== undefined && refusedAt === change?.step ? 'refused' : 'caught later'
  return { bench, verdict, packets, sentAfter }
}

/** What the client drew as new_nonce: the first 32 bytes it asks for. */
export function newNonceOf(bench: Bench): Uint8Array {
  const draw = bench.drawn.find(({ was }) => was.length === 32)
  if (!draw) throw new Error('no new_nonce was drawn')
  return draw.was
}

/** Secret draws (new_nonce, temp_key, b) and keys that were not agreed on which still stand in memory. */
export function secretsLeft(bench: Bench): string[] {
  const stands = (array: Uint8Array): boolean => array.some((byte) => byte !== 0)
  const draws = bench.drawn.filter(({ array }) => (array.length === 32 || array.length === 256) && stands(array))
  const keys = bench.keysMade.filter(({ array }) => array !== bench.agreed?.authKey && stands(array))
  return [...draws.map(({ array }) => `a draw of ${array.length} bytes`), ...keys.map(() => 'an authorization key')]
}

/** Bytes in front of the encrypted answer in the packet of server_DH_params_ok: head, id, nonces, length of the string. */
export const BEFORE_ANSWER: number = 20 + 4 + 16 + 16 + 4

/** Changes the decrypted answer (its SHA-1, the inner data, padding) of a server_DH_params_ok, as a lying server can. */
export function changeInside(packet: Uint8Array, bench: Bench, edit: (plain: Uint8Array) => Uint8Array): Uint8Array {
  const serverNonce = packet.slice(BEFORE_ANSWER - 20, BEFORE_ANSWER - 4)
  const { key, iv } = tmpAesKeyIv(cachingCrypto, newNonceOf(bench), serverNonce)
  const plain = packet.slice(BEFORE_ANSWER)
  cachingCrypto.igeDecrypt(key, iv, plain)
  const edited = edit(plain)
  cachingCrypto.igeEncrypt(key, iv, edited)
  return concat(packet.subarray(0, BEFORE_ANSWER), edited)
}

/** The SHA-1 of `answer`, `answer`, and the padding of before. */
export function rehashed(plain: Uint8Array, length: number): Uint8Array {
  return concat(cachingCrypto.sha1(plain.subarray(20, 20 + length)), plain.subarray(20))
}
