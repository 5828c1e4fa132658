/**
 * Files that the server fetches from the web by itself.
 *
 * Sources: https://core.telegram.org/constructor/inputMediaPhotoExternal, …/inputMediaDocumentExternal
 */
import { checkOptions } from '#check-given'
import { withFiles } from '../../files/media-fields.ts'
import type { MediaFile, MediaRequest } from '../../files/media-types.ts'
import type { InputPhoto, inputMediaDocumentExternal, inputMediaPhotoExternal } from '../../tl/generated/api-types.ts'

interface CommonOptions {
  /** Hides it behind a spoiler warning. */
  readonly spoiler?: boolean | undefined
  /** Seconds (1 to 60) after which it destroys itself once it was opened; 2147483647: as soon as it was seen. */
  readonly ttlSeconds?: number | undefined
}

/** A picture at an address. */
export interface ExternalPhotoOptions extends CommonOptions {
  readonly as: 'photo'
}

/** Any file at an address. */
export interface ExternalDocumentOptions extends CommonOptions {
  readonly as?: 'document' | undefined
  /** Picture that stands for a video: a photo on the server, or a file. */
  readonly cover?: InputPhoto | MediaFile | undefined
  /** Second at which a video starts. */
  readonly start?: number | undefined
}

/**
 * A picture that the server fetches, of at most 5 MB.
 *
 * ```ts
 * external('https://example.org/cat.jpg', { as: 'photo' })
 * external('https://example.org/clip.mp4')
 * ```
 */
export function external(url: string | URL, options: ExternalPhotoOptions): inputMediaPhotoExternal
/** A file that the server fetches, of at most 20 MB: GIF, PDF, ZIP, MP4 and the like. */
export function external(url: string | URL, options?: ExternalDocumentOptions): MediaRequest<inputMediaDocumentExternal>
export function external(
  url: string | URL,
  options: ExternalPhotoOptions | ExternalDocumentOptions = {},
): inputMediaPhotoExternal | MediaRequest<inputMediaDocumentExternal> {
  checkOptions('external', options)
  if (options.as === 'photo') {
    const { as: _as, ...flags } = options
    return { _: 'inputMediaPhotoExternal', url: String(url), ...flags }
  }
  const { as: _as, cover, start, ...flags } = options
  return withFiles({
    _: 'inputMediaDocumentExternal',
    url: String(url),
    ...flags,
    ...(cover && { videoCover: cover }),
    ...(start !== undefined && { videoTimestamp: start }),
  })
}
