/**
 * Who is let in by an MTProxy: judges the first bytes of a connection.
 *
 * A connection opens with a TLS hello, or at once with the 64-byte header of an obfuscated stream. A hello must be signed
 * with the key of an `ee` secret, name its domain, be of now, and be new; the header must make sense under the key, in the
 * framing that the secret asks for, be new, and name a DC. Whoever fails is not told why.
 */

import type { Crypto } from '../../../crypto/crypto.ts'
import type { Host } from '../../../host.ts'
import type { TaggedFraming } from '../../../transport/framing/framing.ts'
import { acceptObfuscation, type Obfuscation } from '../../../transport/framing/obfuscation.ts'
import { TIME_AT, timeOfHello } from '../../../transport/proxy/fake-tls-digest.ts'
import { type MtproxySecret, parseSecret } from '../../../transport/proxy/mtproxy.ts'
import { readClientHello } from './client-hello.ts'
import { Seen } from './seen.ts'
import { CIPHER_SUITE, serverHello } from './server-hello.ts'

/** Thrown at whoever is not let in; the message is for the owner of the proxy alone. */
export class NotLetIn extends Error {}

/** A hello that was let in. */
export interface Greeted {
  readonly secret: MtproxySecret
  /** What to answer. */
  readonly answer: Uint8Array
}

/** A header that was let in. */
export interface Admitted {
  readonly kind: MtproxySecret['kind']
  readonly streams: Obfuscation
}

/** What a gate is made of. */
export interface GateOptions {
  /** Secrets as clients have them; see `parseSecret`. */
  readonly secrets: readonly Uint8Array[]
  /** Seconds by which a client's clock may differ. */
  readonly maxSkew: number
  readonly host: Host
  readonly crypto: Crypto
}

/** Framings that a secret of each kind allows. */
const FRAMINGS: Readonly<Record<MtproxySecret['kind'], readonly TaggedFraming[]>> = {
  plain: ['abridged', 'intermediate', 'padded'],
  dd: ['padded'],
  ee: ['padded'],
}

/** The rules of one proxy. */
export class Gate {
  readonly #options: GateOptions
  readonly #secrets: readonly MtproxySecret[]
  readonly #seen = new Seen()

  /** @throws UsageError for a secret that is of no kind */
  constructor(options: GateOptions) {
    this.#options = options
    this.#secrets = options.secrets.map(parseSecret)
  }

  /** Whether there are secrets that ask for TLS: else its hello is a header like any other. */
  get speaksTls(): boolean {
    return this.#secrets.some(({ kind }) => kind === 'ee')
  }

  /**
   * Judges a TLS hello.
   * @param record the whole of its record
   * @throws NotLetIn
   */
  greet(record: Uint8Array): Greeted {
    const { crypto, host, maxSkew } = this.#options
    const hello = readClientHello(record)
    if (!hello) throw new NotLetIn('what looks like a TLS hello is none')
    for (const secret of this.#secrets) {
      if (secret.kind !== 'ee') continue
      const time = timeOfHello(crypto, secret.key, record)
      if (time === undefined) continue
      const skew = time - Math.floor(host.wallClock() / 1000)
      if (hello.serverName !== secret.domain) throw new NotLetIn('the TLS hello names another domain than the secret')
      if (!hello.cipherSuites.includes(CIPHER_SUITE)) throw new NotLetIn('the TLS hello does not offer TLS 1.3')
      if (Math.abs(skew) > maxSkew) throw new NotLetIn(`the TLS hello is of a clock that is ${skew} s off`)
      // Its last bytes can be changed without the secret: they are the time.
      if (!this.#seen.add(hello.random.subarray(0, TIME_AT))) throw new NotLetIn('the TLS hello was seen before')
      return { secret, answer: serverHello(crypto, secret.key, hello, host.random) }
    }
    throw new NotLetIn('the TLS hello is not signed with a secret of this proxy')
  }

  /**
   * Judges the header of an obfuscated stream.
   * @param within the secret that the TLS around it was greeted under; undefined without TLS
   * @throws NotLetIn
   */
  admit(header: Uint8Array, within: MtproxySecret | undefined): Admitted {
    const { crypto } = this.#options
    for (const secret of within ? [within] : this.#secrets) {
      if (!within && secret.kind === 'ee') continue
      const streams = acceptObfuscation(header, crypto, secret.key)
      if (!streams) continue
      const { kind } = secret
      const { framing } = streams
      if (!FRAMINGS[kind].includes(framing))
        throw new NotLetIn(`${framing} framing under a secret that begins with ${kind}`)
      if (!this.#seen.add(header)) throw new NotLetIn('the header was seen before')
      return { kind, streams }
    }
    throw new NotLetIn('the header makes no sense under a secret of this proxy')
  }
}
