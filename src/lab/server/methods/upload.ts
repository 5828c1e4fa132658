/**
 * Parts in, bytes out.
 *
 * Source: https://core.telegram.org/api/files
 */
import type { InputFileLocation, StorageFileType } from '../../../tl/generated/api-types.ts'
import type { FileContent } from '../file-content.ts'
import { imageInfo } from '../image-size.ts'
import { badRequest, RpcFailure } from '../rpc-failure.ts'
import type { Part } from '../uploads.ts'
import { type Handlers, type MethodCall, maxParts, self } from './handler.ts'

/** Most bytes of one answer; a request must not cross a border of this size either. */
const CHUNK = 1024 * 1024
/** What offset and limit are divisible by, without and with `precise`. */
const STEP = 4096
const PRECISE_STEP = 1024

export const UPLOAD_METHODS: Handlers<'upload.saveFilePart' | 'upload.saveBigFilePart' | 'upload.getFile'> = {
  'upload.saveFilePart': (call, { fileId, filePart, bytes }) => save(call, { fileId, part: filePart, bytes }),

  'upload.saveBigFilePart': (call, { fileId, filePart, fileTotalParts, bytes }) =>
    save(call, { fileId, part: filePart, total: fileTotalParts, bytes }),

  'upload.getFile': async (call, request) => {
    const offset = Number(request.offset)
    const { limit } = request
    const { content, date, dcId } = locate(call, request.location)
    checkRange(offset, limit, request.precise === true)
    if (dcId !== call.dc.id) throw new RpcFailure(303, `FILE_MIGRATE_${dcId}`)
    const bytes = await content.read(offset, limit)
    const head = offset === 0 ? bytes : await content.read(0, 16)
    return { _: 'upload.file', type: typeOf(head), mtime: date, bytes }
  },
}

function save(call: MethodCall, part: Part): boolean | Promise<boolean> {
  const user = self(call)
  const done = call.dc.uploads.save(user.id, part, call.dc.host.now(), maxParts(call))
  return done === undefined ? true : done.then(() => true)
}

/** https://core.telegram.org/api/files#downloading-files */
function checkRange(offset: number, limit: number, precise: boolean): void {
  const step = precise ? PRECISE_STEP : STEP
  if (offset < 0 || offset % step !== 0) throw badRequest('OFFSET_INVALID')
  if (limit <= 0 || limit > CHUNK || limit % step !== 0 || (!precise && CHUNK % limit !== 0)) {
    throw badRequest('LIMIT_INVALID')
  }
  if (Math.floor(offset / CHUNK) !== Math.floor((offset + limit - 1) / CHUNK)) throw badRequest('LIMIT_INVALID')
}

/** The bytes behind a location. */
function locate({ dc }: MethodCall, location: InputFileLocation): { content: FileContent; date: number; dcId: number } {
  const { media } = dc.world
  switch (location._) {
    case 'inputPhotoFileLocation': {
      const photo = media.photo(location, 'FILE_ID_INVALID')
      if (location.thumbSize !== '' && location.thumbSize !== photo.size.type) throw badRequest('LOCATION_INVALID')
      return photo
    }
    case 'inputDocumentFileLocation': {
      const document = media.document(location, 'FILE_ID_INVALID')
      if (location.thumbSize === '') return document
      if (document.thumb?.size.type !== location.thumbSize) throw badRequest('LOCATION_INVALID')
      return { ...document, content: document.thumb.content }
    }
    default:
      throw badRequest('LOCATION_INVALID')
  }
}

/** Told by the first bytes. */
function typeOf(head: Uint8Array): StorageFileType {
  const image = imageInfo(head)?.format
  if (image === 'jpeg') return { _: 'storage.fileJpeg' }
  if (image === 'png') return { _: 'storage.filePng' }
  if (image === 'gif') return { _: 'storage.fileGif' }
  if (image === 'webp') return { _: 'storage.fileWebp' }
  const text = String.fromCharCode(...head.subarray(0, 12))
  if (text.startsWith('%PDF')) return { _: 'storage.filePdf' }
  if (text.startsWith('ID3')) return { _: 'storage.fileMp3' }
  if (text.slice(4, 10) === 'ftypqt') return { _: 'storage.fileMov' }
  if (text.slice(4, 8) === 'ftyp') return { _: 'storage.fileMp4' }
  return { _: 'storage.fileUnknown' }
}
