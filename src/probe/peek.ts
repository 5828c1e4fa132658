/**
 * A file as probes read it: any range of it, as far as a bound allows, and not a byte more than asked for.
 *
 * Of a random-access source the ranges are read as they are asked for. A stream is read on up to the end of the range, and
 * everything read is kept, so that the stream can be given back as if nothing had happened. What a source throws is
 * remembered: it goes to the caller, whatever those who asked for the bytes make of it.
 */
import { orAbort } from '../files/abort.ts'
import { bytesSource, type Source } from '../files/source.ts'
import { sourceError } from '../files/source-error.ts'
import { AHEAD_AT_MOST, HEAD, READ_AT_MOST } from './limits.ts'

/** More was asked for than is read for a probe. */
export class OutOfReach extends Error {
  override readonly name: string = 'OutOfReach'
}

/** A file that is looked at. */
export interface Peek {
  /** Number of bytes; `undefined` while that is unknown. */
  readonly size: number | undefined
  /** Whether it is a stream that goes on behind what was read of it. */
  readonly goesOn: boolean
  /** What the source threw, or the reason of the abort. */
  readonly failure: { readonly error: unknown } | undefined
  /** Absolute path, if it is a file on disk. */
  readonly place: string | undefined
  /**
   * The bytes from `offset` on: `length` of them, fewer only where the file ends.
   * @throws OutOfReach where that is more than may be read; whatever the source throws
   */
  read(offset: number, length: number): Promise<Uint8Array>
  /** Bytes of the beginning, as many as there are within reach. */
  start(length: number): Promise<Uint8Array>
  /** What to upload instead of a stream, which was read; `undefined` for what can be read again. */
  rewound(): Source | undefined
}

/** Makes a source readable for probes. @param label what to call it in messages */
export function peekInto(source: Source, label: string, signal: AbortSignal | undefined): Peek {
  let failure: { error: unknown } | undefined
  const guarded = async <T>(work: () => T | Promise<T>): Promise<T> => {
    if (failure) throw failure.error
    try {
      signal?.throwIfAborted()
      return await orAbort(Promise.resolve(work()), signal)
    } catch (thrown) {
      const error: unknown = signal?.aborted ? signal.reason : sourceError(label, thrown)
      failure = { error }
      throw error
    }
  }
  const parts = source.kind === 'stream' ? streamParts(source, guarded) : randomParts(source, guarded)
  return {
    place: source.place,
    get failure() {
      return failure
    },
    get size() {
      return parts.size()
    },
    get goesOn() {
      return parts.goesOn()
    },
    read: parts.read,
    async start(length) {
      return parts.read(0, Math.min(length, parts.most))
    },
    rewound: parts.rewound,
  }
}

type Guard = <T>(work: () => T | Promise<T>) => Promise<T>

interface Parts extends Pick<Peek, 'read' | 'rewound'> {
  readonly most: number
  size(): number | undefined
  goesOn(): boolean
}

function randomParts(source: Source & { readonly kind: 'random' }, guarded: Guard): Parts {
  let left = READ_AT_MOST
  /** The last piece that was read: small steps through a file become few reads. */
  let page: { readonly at: number; readonly bytes: Uint8Array } | undefined
  const load = (at: number, length: number): Promise<Uint8Array> =>
    guarded(async () => {
      if (source.range) return source.range(at, length)
      const into = new Uint8Array(length)
      return into.subarray(0, await source.read(into, at))
    })
  return {
    most: READ_AT_MOST,
    size: () => source.size,
    goesOn: () => false,
    rewound: () => undefined,
    async read(offset, length) {
      const end = Math.min(offset + length, source.size)
      if (end <= offset) return new Uint8Array(0)
      if (!page || offset < page.at || end > page.at + page.bytes.length) {
        const wanted = Math.min(Math.max(length, HEAD), source.size - offset)
        if (wanted > left) throw new OutOfReach(`more than ${READ_AT_MOST} bytes would have to be read`)
        left -= wanted
        page = { at: offset, bytes: await load(offset, wanted) }
      }
      return page.bytes.subarray(offset - page.at, end - page.at)
    },
  }
}

function streamParts(source: Source & { readonly kind: 'stream' }, guarded: Guard): Parts {
  let room = new Uint8Array(HEAD)
  let length = 0
  let ended = false
  let turn: Promise<unknown> = Promise.resolve()
  /** One after another: a stream has one place where it is read. */
  const readOn = (end: number): Promise<void> => {
    const work = async (): Promise<void> => {
      if (end <= length || ended) return
      if (end > room.length) {
        const larger = new Uint8Array(Math.min(AHEAD_AT_MOST, Math.max(end, 2 * room.length)))
        larger.set(room.subarray(0, length))
        room = larger
      }
      const wanted = end - length
      const got = await guarded(() => source.read(room.subarray(length, end), length))
      length += got
      ended = got < wanted
    }
    const mine = turn.then(work)
    turn = mine.catch(() => {})
    return mine
  }
  return {
    most: AHEAD_AT_MOST,
    size: () => (ended ? length : source.size),
    goesOn: () => !ended,
    async read(offset, wanted) {
      // A stream that says how long it is, is believed: a read across its end need not go beyond it.
      const end = Math.min(offset + wanted, Math.max(source.size ?? Infinity, length))
      if (end > AHEAD_AT_MOST && !ended)
        throw new OutOfReach(`a stream is read ahead for ${AHEAD_AT_MOST} bytes at most`)
      await readOn(end)
      return room.subarray(Math.min(offset, length), Math.min(end, length))
    },
    rewound() {
      const ahead = room.subarray(0, length)
      const facts = { name: source.name, type: source.type }
      if (ended && (source.size ?? length) === length) return { ...bytesSource(ahead), ...facts }
      let at = 0
      return {
        kind: 'stream',
        ...facts,
        size: source.size,
        async read(into, offset) {
          const piece = ahead.subarray(at, at + into.length)
          into.set(piece)
          at += piece.length
          if (piece.length === into.length || ended) return piece.length
          return piece.length + (await source.read(into.subarray(piece.length), offset + piece.length))
        },
        close: () => source.close(),
      }
    },
  }
}
