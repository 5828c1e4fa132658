/**
 * Media beyond the upload: what was received as something to send, what a file is in plain words, and the Bot API's ids.
 */
export type { HolderLike, MessageLike, Received, Sendable, UpdateLike } from './convert.ts'
export { toInputMedia } from './convert.ts'
export type { ConvertOptions, InvoiceSecrets } from './convert-media.ts'
export { inputDocument, inputPhoto } from './convert-media.ts'
export type { Describable, FileFacts, FileKind, MovingSizeFacts, SizeFacts } from './describe.ts'
export { describeFile, describeFiles } from './describe.ts'
export type { FileId, FileIdType } from './file-id.ts'
export { formatFileId, formatUniqueId, isPhoto, parseFileId } from './file-id.ts'
export { fileLocation } from './location.ts'
export { outlinePath, outlineSvg, strippedJpeg, unpackWaveform } from './previews.ts'
