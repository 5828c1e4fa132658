/**
 * Stickers: WebP pictures, WebM videos, TGS animations.
 *
 * Source: https://core.telegram.org/api/stickers#uploading-stickers
 */
import { checkGiven } from '#check-given'
import { documentRequest } from '../../files/media-document.ts'
import type { MediaFile, MediaRequest } from '../../files/media-types.ts'
import type { FileProbe } from '../../files/probe.ts'
import type { InputStickerSet, inputMediaUploadedDocument, MaskCoords } from '../../tl/generated/api-types.ts'

/** What {@link sticker} can be told. */
export interface StickerOptions {
  /** The emoji that it stands for. */
  readonly emoji: string
  /** The set that it is of; none unless told. */
  readonly set?: InputStickerSet | undefined
  /** Makes it a mask, which lies here on a face. */
  readonly mask?: MaskCoords | undefined
  /** Pixels; both or none. The server looks by itself where it is not told. */
  readonly size?: { readonly width: number; readonly height: number } | undefined
  /** Name that the server is told; the file's own unless told. */
  readonly fileName?: string | undefined
  /** MIME type; told from the file or its name's extension otherwise, `image/webp` if that says nothing. */
  readonly mimeType?: string | undefined
  /** Looks at the file, for what is not told. */
  readonly probe?: FileProbe | undefined
}

/**
 * A sticker.
 *
 * ```ts
 * sticker('cat.webp', { emoji: '🐈' })
 * ```
 */
export function sticker(file: MediaFile, options: StickerOptions): MediaRequest<inputMediaUploadedDocument> {
  checkGiven('sticker', file, options, true)
  const { emoji, set, mask, size, ...others } = options
  return documentRequest(
    file,
    'sticker',
    others,
    (found) => {
      const { width: w, height: h } = size ?? found
      const stickerset: InputStickerSet = set ?? { _: 'inputStickerSetEmpty' }
      return () => [
        ...(w && h ? [{ _: 'documentAttributeImageSize' as const, w, h }] : []),
        { _: 'documentAttributeSticker', alt: emoji, stickerset, ...(mask && { mask: true, maskCoords: mask }) },
      ]
    },
    { type: 'image/webp' },
  )
}
