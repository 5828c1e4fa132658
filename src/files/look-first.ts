/**
 * Looking at a file before it is uploaded, with a probe that the caller gives; and seeing of a photo what the server would refuse.
 *
 * Source: https://core.telegram.org/bots/api#sendphoto
 */
import { UsageError } from '../errors.ts'
import type { InputMedia } from '../tl/generated/api-types.ts'
import { orAbort, quietly } from './abort.ts'
import { MAX_PHOTO_RATIO, MAX_PHOTO_SUM } from './limits.ts'
import type { MediaFile, MediaRequest, MediaTools } from './media-types.ts'
import type { FileProbe, ProbedFile, ProbeKind } from './probe.ts'
import type { FileLike, Source } from './source.ts'

/** What a look at a file needs to know. */
interface Look {
  readonly probe?: FileProbe | undefined
  readonly fileName?: string | undefined
}

/** What the probe finds in a file; nothing of one that was uploaded before. */
export async function look(
  file: MediaFile,
  kind: ProbeKind,
  { probe, fileName }: Look,
  { signal }: MediaTools,
): Promise<ProbedFile> {
  // By its constructor, as `isInputFile` does, which stands above this.
  const { _: name } = Object(file) as { readonly _?: unknown }
  if (!probe || String(name).startsWith('inputFile')) return {}
  return orAbort(probe(file as FileLike, { kind, fileName, signal }), signal, letGo)
}

/** Does what comes before the upload; if it fails, nobody will read the file that the probe has given back. */
export async function orLetGo<T>(found: ProbedFile, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    letGo(found)
    throw error
  }
}

function letGo({ file }: ProbedFile): void {
  void quietly(() => (file as Partial<Source> | undefined)?.close?.())
}

/** A builder of photos that looks first, if it is given a probe. */
export function lookFirst<Options extends Look, Made extends InputMedia>(
  build: (file: MediaFile, options: Options) => MediaRequest<Made>,
): (file: MediaFile, options: Options) => MediaRequest<Made> {
  return (file, options) => {
    const { probe, ...others } = options
    if (!probe) return build(file, options)
    return {
      async resolve(tools) {
        const found = await look(file, 'photo', options, tools)
        await orLetGo(found, () => checkPhoto(found))
        // Without its probe it is what the builder takes all the same: that is optional.
        return build(found.file ?? file, others as Options).resolve(tools)
      },
    }
  }
}

/** @throws UsageError for what no photo can be */
function checkPhoto({ mimeType = 'image/', width, height }: ProbedFile): void {
  const refuse = (why: string): never => {
    throw new UsageError(`this cannot be a photo: ${why}; send it as a document`)
  }
  if (!mimeType.startsWith('image/')) refuse(`it is ${mimeType}`)
  if (!width || !height) return
  if (width + height > MAX_PHOTO_SUM)
    refuse(`it has ${width}×${height} pixels, more than ${MAX_PHOTO_SUM} of both together`)
  if (Math.max(width, height) > MAX_PHOTO_RATIO * Math.min(width, height))
    refuse(`with ${width}×${height} pixels one side is more than ${MAX_PHOTO_RATIO} times the other`)
}
