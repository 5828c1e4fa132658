/**
 * Fuzzes the framings: every codec, client and server side, with and without obfuscation.
 *
 * The first byte names the codec, the second how the stream is split; the others are the stream, before obfuscation where
 * there is any, so that what is wrong is inside. The stream is fed whole, byte by byte, and in pieces, to a codec each.
 */
import { concat } from '../../../bytes.ts'
import { TransportError } from '../../../errors.ts'
import { MAX_PACKET } from '../../../transport/framing/framing.ts'
import {
  createFraming,
  createObfuscated,
  createServerCodec,
  type PacketCodec,
} from '../../../transport/framing/index.ts'
import { acceptObfuscation } from '../../../transport/framing/obfuscation.ts'
import { sameBytes } from '../equal.ts'
import { quickCrypto } from '../quick-crypto.ts'
import { SeededNumbers } from '../random.ts'
import { type FuzzTarget, must } from '../target.ts'

const SECRET = new Uint8Array(16).fill(0x5a)
const OPTIONS = { crypto: quickCrypto, dc: 2, secret: SECRET }

/** A codec to feed, what it told besides packets, and the other end's way of putting a stream into its form. */
interface Subject {
  readonly codec: PacketCodec
  readonly quickAcks: Uint8Array[]
  readonly disguise: (stream: Uint8Array) => Uint8Array
}

const plainly = (stream: Uint8Array): Uint8Array => stream.slice()

function bare(name: 'abridged' | 'intermediate' | 'padded' | 'full'): () => Subject {
  return () => ({ codec: createFraming(name, new SeededNumbers(1).bytes), quickAcks: [], disguise: plainly })
}

/** A client under obfuscation; the stream is what the server sends. */
function obfuscatedClient(name: 'abridged' | 'intermediate' | 'padded'): () => Subject {
  return () => {
    const codec = createObfuscated(name, { ...OPTIONS, random: new SeededNumbers(1).bytes })
    const { encrypt } = acceptObfuscation(codec.start(), quickCrypto, SECRET)!
    return { codec, quickAcks: [], disguise: (stream) => encrypt.apply(stream.slice()) }
  }
}

function server(disguise: Subject['disguise']): Subject {
  const quickAcks: Uint8Array[] = []
  const codec = createServerCodec({
    random: new SeededNumbers(2).bytes,
    crypto: quickCrypto,
    secrets: [new Uint8Array(16), SECRET],
    onQuickAck: (packet) => quickAcks.push(packet),
  })
  return { codec, quickAcks, disguise }
}

/** A server that is spoken to under obfuscation; the stream is what the client sends. */
function obfuscatedServer(name: 'abridged' | 'intermediate' | 'padded'): () => Subject {
  return () => {
    const client = createObfuscated(name, { ...OPTIONS, random: new SeededNumbers(1).bytes })
    const header = client.start().slice()
    // The client's own stream, taken from a codec that carries bytes as they are: a second header of the same randomness.
    const { decrypt } = acceptObfuscation(header, quickCrypto, SECRET)!
    return server((stream) => concat(header, decrypt.apply(stream.slice())))
  }
}

const SUBJECTS: readonly (() => Subject)[] = [
  bare('abridged'),
  bare('intermediate'),
  bare('padded'),
  bare('full'),
  () => server(plainly),
  obfuscatedClient('abridged'),
  obfuscatedClient('intermediate'),
  obfuscatedClient('padded'),
  obfuscatedServer('abridged'),
  obfuscatedServer('intermediate'),
  obfuscatedServer('padded'),
]
/** Subjects whose packets come out the same when sent again: padding is dropped by what a packet looks like. */
const EXACT: Readonly<Record<number, 'abridged' | 'intermediate' | 'full'>> = {
  0: 'abridged',
  1: 'intermediate',
  3: 'full',
}

interface Fed {
  readonly packets: Uint8Array[]
  readonly quickAcks: Uint8Array[]
  readonly error: TransportError | undefined
}

/** Feeds a stream in pieces of the lengths that `next` gives. */
function feed(make: () => Subject, stream: Uint8Array, next: () => number): Fed {
  const { codec, quickAcks, disguise } = make()
  const bytes = disguise(stream)
  const packets: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + next())
    try {
      packets.push(...codec.feed(bytes.slice(at, end)))
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      must(error.code === 'FRAMING', 'what is no packet is a framing error')
      must(again(codec) === error, 'a lost stream stays lost, with the same error')
      return { packets, quickAcks, error }
    }
    at = end
  }
  return { packets, quickAcks, error: undefined }
}

function again(codec: PacketCodec): unknown {
  try {
    codec.feed(Uint8Array.of(0))
    return undefined
  } catch (error) {
    return error
  }
}

function sameList(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((each, i) => sameBytes(each, b[i]!))
}

const PACKETS: readonly Uint8Array[] = [
  Uint8Array.of(0x6c, 0xfe, 0xff, 0xff),
  // A plain message, and what could be an encrypted one.
  concat(new Uint8Array(8), Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 0x60, 8, 0, 0, 0), new Uint8Array(8).fill(9)),
  new Uint8Array(24 + 48).fill(0xa5),
  new Uint8Array(128 * 4).fill(0x77),
]

/** The proper stream of some packets, as the subject is to be sent it. */
function streamOf(subject: number, packets: readonly Uint8Array[]): Uint8Array {
  const names = ['abridged', 'intermediate', 'padded', 'full'] as const
  const name = subject < 4 ? names[subject]! : subject === 4 ? 'abridged' : names[(subject - 5) % 3]!
  const codec = createFraming(name, new SeededNumbers(3).bytes)
  const start = subject === 4 ? [codec.start()] : []
  return concat(...start, ...packets.flatMap((packet) => codec.encode(packet.slice())))
}

function checkGood(subject: number): void {
  const fed = feed(SUBJECTS[subject]!, streamOf(subject, PACKETS.slice(1, 3)), () => 7)
  must(!fed.error && sameList(fed.packets, PACKETS.slice(1, 3)), 'a fresh codec still takes good packets')
}

const serverSeeds = (['abridged', 'intermediate', 'padded', 'full'] as const).map((name) => {
  const codec = createFraming(name, new SeededNumbers(4).bytes)
  return concat(Uint8Array.of(4, 9), codec.start(), ...PACKETS.flatMap((packet) => codec.encode(packet.slice())))
})
/** Asks for a quick acknowledgement by the bit in the first byte of a packet. */
const asking = Uint8Array.of(4, 3, 0xef, 0x81, 1, 2, 3, 4, 0xff, 2, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8)

export const target: FuzzTarget = {
  name: 'framing',
  about: 'the framings of both sides, obfuscated or not: whole, in pieces and byte by byte alike',
  maxLength: 256,
  steps: { base: 12_000, perByte: 120 },
  // A length of up to 16 MiB is believed once it is within the limit: three codecs are fed the same stream.
  memory: { base: 4 * (MAX_PACKET + 32) + 60_000, perByte: 100 },
  words: [0xeeeeeeee, 0xdddddddd, 0xefefefef, 0x44414548, 0x54534f50, 0x02010316, 0xfffffe6c, 0x8000_0008, 0x0100_0000],
  seeds: () => [
    ...SUBJECTS.map((_, i) => concat(Uint8Array.of(i, 16), streamOf(i, i < 4 ? PACKETS : PACKETS.slice(0, 3)))),
    ...serverSeeds,
    asking,
  ],
  run(input) {
    const subject = (input[0] ?? 0) % SUBJECTS.length
    const pieces = new SeededNumbers(input[1] ?? 0)
    const stream = input.subarray(2)
    const make = SUBJECTS[subject]!
    const whole = feed(make, stream, () => Number.MAX_SAFE_INTEGER)
    const bytewise = feed(make, stream, () => 1)
    const split = feed(make, stream, () => 1 + pieces.below(40))
    for (const other of [bytewise, split]) {
      must(other.error?.message === whole.error?.message, 'the split of a stream does not change what is wrong with it')
      // What a chunk completed before it failed is lost with it.
      const comparable = whole.error ? other.packets.slice(0, whole.packets.length) : other.packets
      must(sameList(whole.packets, comparable), 'the split of a stream does not change its packets')
      must(sameList(whole.quickAcks, other.quickAcks), 'the split does not change who asks for a quick acknowledgement')
    }
    must(
      whole.packets.every((packet) => packet.length >= 4),
      'no packet is shorter than 4 bytes',
    )
    const exact = EXACT[subject]
    if (exact && whole.packets.length > 0) {
      const codec = createFraming(exact, new SeededNumbers(5).bytes)
      const sent = concat(...whole.packets.flatMap((packet) => codec.encode(packet.slice())))
      const received = feed(make, sent, () => Number.MAX_SAFE_INTEGER)
      must(sameList(received.packets, whole.packets), 'packets are the same after another round')
    }
    // All streams of one kind leave the same behind: to look at some of them is enough.
    if ((input[1] ?? 0) % 16 === 0) checkGood(subject)
  },
}
