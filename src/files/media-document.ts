/**
 * Documents: a file with what it is. What all kinds of them have in common, videos, music, stickers, and the plain one.
 *
 * What the caller does not say is asked of the probe, if there is one, and the rest told from the file's name. What the
 * protocol demands and nobody knows is asked for, before anything is sent: a video of 1×1 pixels and 0 s helps nobody.
 * Source: https://core.telegram.org/constructor/inputMediaUploadedDocument
 */
import { checkGiven } from '#check-given'
import { mimeByName } from '#explain'
import type { DocumentAttribute, InputPhoto, inputMediaUploadedDocument } from '../tl/generated/api-types.ts'
import { look, orLetGo } from './look-first.ts'
import { type CommonMediaOptions, isInputFile } from './media.ts'
import { coverOf, putThumb } from './media-cover.ts'
import type { MediaFile, MediaRequest, MediaTools, MediaUploader } from './media-types.ts'
import type { FileProbe, ProbedFile, ProbeKind } from './probe.ts'

interface CommonDocumentOptions extends CommonMediaOptions {
  /** MIME type; told from the file or its name's extension otherwise. */
  readonly mimeType?: string | undefined
  /** What the document is: video, audio, sticker …; its file name is added if it is not among them. */
  readonly attributes?: DocumentAttribute[] | undefined
  /** Preview: a small JPEG. */
  readonly thumb?: MediaFile | undefined
  /** Looks at the file, for what is not told: its MIME type, and a preview. */
  readonly probe?: FileProbe | undefined
}

/** A file that is shown as a file, whatever is in it. What concerns videos has no place here. */
interface PlainFileOptions extends CommonDocumentOptions {
  readonly forceFile: true
  readonly nosoundVideo?: never
  readonly videoCover?: never
  readonly videoTimestamp?: never
}

/** A document that is shown as what it is. */
interface RichDocumentOptions extends CommonDocumentOptions {
  readonly forceFile?: false | undefined
  /** Keeps a video without sound a video, where the server would make it an animation. */
  readonly nosoundVideo?: boolean | undefined
  /** Picture that stands for the video: a photo on the server, or a file. */
  readonly videoCover?: InputPhoto | MediaFile | undefined
  /** Second at which the video starts. */
  readonly videoTimestamp?: number | undefined
}

/** What {@link document} can be told. */
export type DocumentOptions = PlainFileOptions | RichDocumentOptions

/**
 * A file of any kind. Without attributes it is shown as a file; with them as a video, music, a sticker.
 *
 * ```ts
 * document('report.pdf')
 * document('clip.mp4', { attributes: [{ _: 'documentAttributeVideo', duration: 12, w: 1280, h: 720 }], thumb: 'clip.jpg' })
 * ```
 */
export function document(file: MediaFile, options: DocumentOptions = {}): MediaRequest<inputMediaUploadedDocument> {
  checkGiven('document', file, options)
  const { attributes = [], ...others } = options
  return documentRequest(file, 'document', others, () => () => attributes)
}

/** The type of bytes of which nothing more is known. */
const UNKNOWN_TYPE = 'application/octet-stream'

/** Everything that a document can be told but its attributes. */
export type DocumentFlags = Omit<RichDocumentOptions, 'attributes' | 'forceFile'> & {
  readonly forceFile?: boolean | undefined
}

/** What makes one kind of document different from another. */
export interface DocumentManner {
  /** The type of what has none that can be told. */
  readonly type?: string
  /** Its name is not shown. */
  readonly unnamed?: true
}

/**
 * A document of one kind.
 * @param describe makes its attributes: first told what the probe found, when nothing is sent yet and it may still refuse; then,
 *   the file being there, its MIME type
 */
export function documentRequest(
  file: MediaFile,
  kind: ProbeKind,
  options: DocumentFlags,
  describe: (found: ProbedFile) => (mimeType: string) => DocumentAttribute[],
  { type: usual = UNKNOWN_TYPE, unnamed }: DocumentManner = {},
): MediaRequest<inputMediaUploadedDocument> {
  const { fileName, thumb, mimeType, videoCover, probe: _probe, ...flags } = options
  return {
    async resolve(tools) {
      const found = await look(file, kind, options, tools)
      const { tools: all, close } = tools.oneTotal?.(tools, 1)[0] ?? { tools, close() {} }
      const { attributesOf, small, cover } = await orLetGo(found, async () => {
        const attributesOf = describe(found)
        // The small ones first: if they cannot be had, the large one is not sent for nothing.
        const preview = thumb ?? found.thumb
        const small = preview && (await putThumb(preview, all))
        const cover = videoCover && (await coverOf(videoCover, all))
        return { attributesOf, small, cover }
      })
      const { inputFile, name, type = UNKNOWN_TYPE } = await put(all, found.file ?? file, fileName)
      close()
      const guessed = type === UNKNOWN_TYPE ? (mimeByName(name ?? '') ?? usual) : type
      const told = mimeType ?? found.mimeType ?? guessed
      const attributes = attributesOf(told)
      const named = unnamed || name === undefined || attributes.some(({ _ }) => _ === 'documentAttributeFilename')
      return {
        _: 'inputMediaUploadedDocument',
        ...flags,
        ...(small && { thumb: small }),
        ...(cover && { videoCover: cover }),
        file: inputFile,
        mimeType: told,
        attributes: named ? attributes : [...attributes, { _: 'documentAttributeFilename', fileName: name }],
      }
    },
  }
}

/** Uploads the file, if it was not uploaded before. */
async function put({ upload }: MediaTools, file: MediaFile, fileName: string | undefined): ReturnType<MediaUploader> {
  const kind = 'file'
  if (!isInputFile(file)) return upload(file, fileName === undefined ? { kind } : { kind, fileName })
  return { inputFile: file, name: fileName ?? (file as { name?: string }).name, type: undefined }
}
