/**
 * `mtproto-upload/files`: sources, plans and the upload engine, without a client.
 *
 * Give `upload` a function that sends one request, and it sends a file. `openFile`, which opens paths, needs Node and is
 * passed in as `openPath`; `UploadClient` does so by itself.
 */
export { createGate, type Gate, type GateMember, type Pass } from './gate.ts'
export { type ManyOptions, type Outcome, runMany, type Task } from './many.ts'
export { type ManyMeter, type ManyProgress, manyMeter, type Watch } from './many-progress.ts'
export { type CommonMediaOptions, isInputFile, isInputMedia, type PhotoOptions, photo, resolveMedia } from './media.ts'
export { type DocumentOptions, document } from './media-document.ts'
export { fillMedia, withFiles } from './media-fields.ts'
export type {
  MediaFile,
  MediaFileOptions,
  MediaLike,
  MediaRequest,
  MediaTools,
  MediaUploader,
  MediaWatch,
  MediaWithFiles,
  WithFiles,
} from './media-types.ts'
export { type OpenOptions, openSource } from './open.ts'
export type { PartRequest, PartSender, TransferEvent, UploadEvent, UploadOptions } from './options.ts'
export {
  MAX_PART_SIZE,
  MAX_PARTS,
  MAX_PARTS_PREMIUM,
  MAX_PHOTO_SIZE,
  MAX_SMALL_SIZE,
  PART_SIZE_STEP,
  type PlanOptions,
  planUpload,
  type UploadKind,
  type UploadPlan,
} from './plan.ts'
export type { FileProbe, ProbedFile, ProbeKind, ProbeWish, Waveform } from './probe.ts'
export type { UploadProgress } from './progress.ts'
export type { BufferPool } from './reader.ts'
export type {
  Chunk,
  FileLike,
  MemorySource,
  NamedFile,
  RandomAccessSource,
  Source,
  StreamSource,
} from './source.ts'
export { type UploadedFile, upload } from './upload.ts'
export { createWindow, type Flight, type WindowOptions, type WindowPolicy } from './window.ts'
