/**
 * Uploads of a simulated client, and what has to come of them: the server has the file, byte for byte and for the right
 * peer; what a killed process had sent is taken up; of many files all arrive but those that cannot be read.
 */
import { equal } from '../../bytes.ts'
import { createGate, type Gate } from '../../files/gate.ts'
import { decodeJournal } from '../../files/resume/journal.ts'
import type { memoryResumeStore } from '../../files/resume/store.ts'
import type { Resume } from '../../files/resumption.ts'
import { createWindow } from '../../files/window.ts'
import type { Host } from '../../host.ts'
import {
  document,
  type MessageMedia,
  photo,
  type UploadClient,
  type UploadEvent,
  type UploadMediaOptions,
} from '../../index.ts'
import { WindowCheck } from './checks/window.ts'
import type { Cluster } from './cluster.ts'
import type { ManyOperation, UploadOperation } from './plan.ts'
import type { Stream } from './random.ts'

/** A picture that is just a header: JPEG's start of image and frame, 32 × 24 pixels. */
const JPEG_HEAD: readonly number[] = [
  0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 0, 24, 0, 32, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xff, 0xd9,
]
/** What a source says that cannot be read to its end. */
const UNREADABLE = 'this source ends here'

export interface UploadsOptions {
  /** Name of the client. */
  readonly name: string
  /** What files are made of. */
  readonly stream: Stream
  readonly cluster: Cluster
  readonly violate: (check: string, detail: string) => void
  readonly count: (what: string) => void
  /** Peers that the server was asked to make media for, by file name. */
  readonly peers: ReadonlyMap<string, string>
  /** Where uploads are noted, for clients that are killed. */
  readonly notes: ReturnType<typeof memoryResumeStore> | undefined
  /** A server has lost parts. */
  readonly partsLost: () => boolean
}

/** What a process gives to its uploads. */
export interface Means {
  readonly signal: AbortSignal
  /** Where they are noted. */
  readonly resume?: Resume | undefined
  /** What their parts pass through, where it is not the client's own. */
  readonly gate: Gate | undefined
}

/** A gate of which the window is narrow, and spread over lanes, so that small files need several. */
export interface Spread {
  readonly gate: Gate
  readonly check: WindowCheck
}

/** Makes one. The client takes it as an option that its types do not name. */
export function spread(
  host: Host,
  allowed: number,
  lanes: number,
  violate: (check: string, detail: string) => void,
): Spread {
  const check = new WindowCheck((detail) => violate('window', detail))
  const window = createWindow({ initial: allowed, max: allowed, maxLanes: lanes })
  return { gate: createGate(host, check.around(window, lanes)), check }
}

export class Uploads {
  readonly #options: UploadsOptions

  constructor(options: UploadsOptions) {
    this.#options = options
  }

  /**
   * Uploads a file.
   * @param number of the operation: the file is the same in each attempt
   */
  async one(
    client: UploadClient,
    operation: UploadOperation,
    number: number,
    { signal, resume, gate }: Means,
  ): Promise<void> {
    const { name: client_, stream, count } = this.#options
    const { what, size, partSize, peer } = operation
    const content = stream.fork(`file ${number}`)
    const bytes = content.bytes(size)
    if (what === 'photo') bytes.set(JPEG_HEAD)
    const name = `${client_}-${number}.${what === 'photo' ? 'jpg' : 'bin'}`
    const data = operation.stream ? { data: pieces(bytes, content), name } : { data: bytes, name }
    // Notes of an account that has moved since are those of another.
    const account = `${client.dcId}/${client.user?.id}`
    const noted = operation.stream ? 0 : this.#noted(name, account)
    const events: UploadEvent[] = []
    const options: UploadMediaOptions & { readonly gate?: Gate } = {
      peer,
      media: what === 'photo' ? photo(data) : document(data),
      signal,
      ...(partSize !== undefined && { partSize }),
      ...(gate && { gate }),
      ...(resume && !operation.stream && { resume, onEvent: (event) => events.push(event) }),
    }
    const media = await client.uploadMedia(options)
    count('bytes uploaded')
    this.#checkNotes(name, account, noted, events)
    await this.#check(media, what, bytes, name, peer)
  }

  /** Uploads many files, one of which cannot be read to its end. */
  async many(client: UploadClient, operation: ManyOperation, number: number, { signal, gate }: Means): Promise<void> {
    const { name: client_, stream, violate } = this.#options
    const { sizes, unreadable, concurrency } = operation
    const files = sizes.map((size, index) => {
      const bytes = stream.fork(`file ${number}.${index}`).bytes(size)
      return { bytes, name: `${client_}-${number}.${index}.bin` }
    })
    const items = files.map(({ bytes, name }, index) =>
      document({ data: index === unreadable ? broken(bytes) : bytes, name }),
    )
    const wrong = (how: string): void => violate('many', `${client_} ${number}, ${sizes.length} files: ${how}`)
    let next = 0
    const options = { concurrency, signal, peer: 'me' as const, ...(gate && { gate }) }
    for await (const outcome of client.uploadMany(items, options)) {
      const { index } = outcome
      if (index !== next++) wrong(`outcome ${index} came as number ${next - 1}`)
      const { bytes, name } = files[index]!
      if (outcome.status === 'fulfilled') {
        if (index === unreadable) wrong(`file ${index} cannot be read, and was uploaded`)
        else await this.#check(outcome.media, 'document', bytes, name, 'me')
      } else if (index !== unreadable || !saysUnreadable(outcome.error)) throw outcome.error
    }
    if (next !== sizes.length) wrong(`${next} outcomes`)
  }

  async #check(
    media: MessageMedia,
    what: 'photo' | 'document',
    bytes: Uint8Array,
    name: string,
    to: UploadOperation['peer'],
  ): Promise<void> {
    const { violate, cluster, peers } = this.#options
    const wrong = (how: string): void => violate('files', `${name}, ${bytes.length} bytes: ${how}`)
    const id = idOf(media, what)
    const stored = id === undefined ? undefined : cluster.world.media.find(id)
    if (stored === undefined || stored.kind !== what) return wrong(`the server has no such ${what}`)
    const there = await stored.content.read(0, stored.content.size)
    if (!equal(there, bytes)) wrong(`the server has ${there.length} other bytes`)
    const peer = peers.get(name)
    const asked = { me: 'inputPeerSelf', empty: 'inputPeerEmpty', '@test_group': 'inputPeerChannel' }[to]
    if (peer !== asked) wrong(`it was made for ${peer}, not ${asked}`)
  }

  /** Parts that are noted of a file. */
  #noted(name: string, account: string): number {
    for (const text of this.#options.notes?.texts.values() ?? []) {
      const journal = decodeJournal(text)
      if (typeof journal === 'object' && journal.entry.name === name && journal.entry.account === account)
        return journal.done.size
    }
    return 0
  }

  /** What was noted has been taken up, and is not kept. */
  #checkNotes(name: string, account: string, noted: number, events: readonly UploadEvent[]): void {
    const { violate, count, partsLost } = this.#options
    const wrong = (how: string): void => violate('resume', `${name}: ${how}`)
    let resumed = false
    let lost = false
    for (const event of events) {
      if (event.type === 'resume') {
        resumed ||= event.parts > 0
        if (event.parts < noted) wrong(`${event.parts} parts were taken up, of ${noted} that were noted`)
      } else if (event.type === 'restart') {
        lost ||= event.reason === 'lost' && partsLost()
        if (!lost) wrong(`it started over: ${event.reason}`)
      } else if (event.type === 'unnoted') wrong(`nothing can be noted: ${String(event.error)}`)
    }
    if (resumed) count('resumed')
    if (noted > 0 && !resumed && !lost) wrong(`${noted} parts were noted, and not taken up`)
    if (this.#noted(name, account) > 0) wrong('its notes are left')
  }
}

/** The number of what was made. */
function idOf(media: MessageMedia, what: 'photo' | 'document'): bigint | undefined {
  if (what === 'photo') return media._ === 'messageMediaPhoto' ? media.photo?.id : undefined
  return media._ === 'messageMediaDocument' ? media.document?.id : undefined
}

/** Bytes as a stream of pieces. */
async function* pieces(bytes: Uint8Array, stream: Stream): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + 1 + stream.below(5000))
    yield bytes.slice(at, end)
    at = end
  }
}

/** Half of the bytes, and then an error. */
async function* broken(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes.slice(0, bytes.length >> 1)
  throw new Error(UNREADABLE)
}

function saysUnreadable(error: unknown): boolean {
  return error instanceof Error && (error.message.includes(UNREADABLE) || saysUnreadable(error.cause))
}
