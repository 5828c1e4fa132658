/**
 * Uploads one source: reads its parts, sends them over several lanes, and makes an `InputFile` of them.
 *
 * It depends on one function that sends a part, not on a client. The reader supplies parts, the transfer keeps their book,
 * the gate says when and over which lane the next may go. A part that fails is sent again by itself; an error that
 * repeating cannot mend stops all others at once. Source: https://core.telegram.org/api/files#uploading-files
 */
import { hint } from '#explain'
import { toHex } from '../bytes.ts'
import { UsageError } from '../errors.ts'
import type { Host } from '../host.ts'
import type { InputFile } from '../tl/generated/api-types.ts'
import { orAbort, quietly } from './abort.ts'
import { drawFileId } from './file-id.ts'
import type { Gate } from './gate.ts'
import { createGate } from './gate.ts'
import { openSource } from './open.ts'
import type { PartSender, UploadOptions } from './options.ts'
import type { UploadKind } from './plan.ts'
import { MAX_PART_SIZE, MAX_PARTS, MAX_PHOTO_SIZE, planUpload } from './plan.ts'
import { bufferPool, type Piece, readParts } from './reader.ts'
import type { FileLike, Source, StreamSource } from './source.ts'
import { bytesSource } from './source.ts'
import { sourceError } from './source-error.ts'
import { transfer } from './transfer.ts'
import { createWindow } from './window.ts'

export type { PartSender, UploadEvent, UploadOptions } from './options.ts'
export type { UploadProgress } from './progress.ts'

/** A file that lies on the server, to be used within some hours. */
export interface UploadedFile {
  /** What `InputMedia` and others take. */
  readonly inputFile: InputFile
  /** Its name, if one was given or the source has one. */
  readonly name: string | undefined
  readonly size: number
  readonly parts: number
  readonly partSize: number
  /** MIME type, if the source knew it. */
  readonly type: string | undefined
  /** Whether {@link resend} can work: the source can be read again. */
  readonly canResend: boolean
  /**
   * Sends one part again, after the server said FILE_PART_X_MISSING.
   * @throws UsageError for a part that is not there, or a source that cannot be read again
   * @throws FileError `FILE_CHANGED` when the source is no longer what was uploaded
   */
  resend(part: number, signal?: AbortSignal): Promise<void>
}

/** One gate a sender, so that all files of a client share its budget, its lanes and its waits. */
const gates = new WeakMap<PartSender, Gate>()

function gateOf(sender: PartSender, host: Host): Gate {
  const gate = gates.get(sender) ?? createGate(host, createWindow({ maxLanes: sender.maxLanes }))
  gates.set(sender, gate)
  return gate
}

/**
 * Uploads a file. Its source is closed when this settles, or at once when nothing is being read from it.
 *
 * @param sender sends the parts
 * @param file anything that can be uploaded
 * @throws FileError when the source cannot be opened or read, is empty, too big, changed or lied about its size, or
 *   `FILE_NOT_ACCEPTED` when the server keeps answering `false`
 * @throws RpcError for an error of the server that repeating does not mend, or that came too often
 * @throws TransportError when the connection is lost for good
 * @throws the reason of `signal` when that is aborted
 */
export async function upload(sender: PartSender, file: FileLike, options: UploadOptions): Promise<UploadedFile> {
  const { signal, collected } = options
  const close = (source: Source): Promise<void> => quietly(() => source.close())
  const given = collected?.get(file) ?? (await orAbort(openSource(file, options), signal, close))
  try {
    const { kind = 'file' } = options
    // Only a stream may not know its size.
    const whole = kind === 'file' || given.size !== undefined
    const source = whole ? given : await orAbort(collect(given as StreamSource), signal)
    if (!whole) collected?.set(file, source)
    return await send(sender, source, { ...options, kind })
  } finally {
    // Not awaited: whoever aborts must not wait for a slow disk.
    void close(given)
  }
}

/** A stream of unknown length as bytes in memory: for photos and thumbnails, whose length must be known beforehand. */
async function collect(source: StreamSource): Promise<Source> {
  const bytes = new Uint8Array(MAX_PHOTO_SIZE + 1)
  try {
    return { ...bytesSource(bytes.slice(0, await source.read(bytes, 0))), name: source.name, type: source.type }
  } catch (error) {
    throw sourceError(source.name ?? 'the stream', error)
  }
}

async function send(
  sender: PartSender,
  source: Source,
  options: UploadOptions & { readonly kind: UploadKind },
): Promise<UploadedFile> {
  const { host, crypto, kind, onEvent, buffers = bufferPool() } = options
  const known = options.fileName ?? source.name
  const name = known ?? (kind === 'file' ? kind : `${kind}.jpg`)
  const { partSize = MAX_PART_SIZE, askMaxParts: ask, signal } = options
  const { maxParts = ask && source.size! > partSize * MAX_PARTS ? await orAbort(ask(), signal) : undefined } = options
  const plan = planUpload(source.size, { ...options, maxParts, label: name })
  const md5 = plan.big ? undefined : crypto.md5?.()
  const gate = options.gate ?? gateOf(sender, host)
  const ledger = await options.resume?.begin(source, plan, name, options)
  const fileId = ledger?.fileId ?? drawFileId(host)
  onEvent?.({ type: 'start', fileId, name, plan })
  const shared = { ...options, sender, gate, plan, fileId, label: name, buffers }
  const pieces = (over: () => boolean): AsyncGenerator<Piece> => readParts(source, shared, over, md5, undefined, ledger)
  const { size, parts } = await transfer({ ...shared, ledger, pieces })
  onEvent?.({ type: 'done', fileId, name, size, parts })

  const file = { id: fileId, parts, name }
  const canResend = source.kind === 'random'
  return {
    inputFile: plan.big
      ? { _: 'inputFileBig', ...file }
      : { _: 'inputFile', ...file, md5Checksum: md5 ? toHex(md5.digest()) : '' },
    name: known,
    size,
    parts,
    partSize: plan.partSize,
    type: source.type,
    canResend,
    async resend(part, signal) {
      if (!canResend || !(part >= 0 && part < parts && part % 1 === 0)) {
        throw new UsageError(
          `part ${part} of ${name} cannot be sent again${hint(() => (canResend ? '' : ': a stream is read only once')) ?? ''}`,
        )
      }
      try {
        await transfer({
          ...shared,
          onProgress: undefined,
          signal,
          pieces: (over) => readParts(source, shared, over, undefined, part),
        })
      } finally {
        void quietly(() => source.close())
      }
    },
  }
}
