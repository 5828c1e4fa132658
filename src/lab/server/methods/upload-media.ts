/**
 * `messages.uploadMedia`: what a client uploaded, or names, becomes a `MessageMedia` without being sent.
 *
 * Source: https://core.telegram.org/method/messages.uploadMedia
 */
import type { InputMedia, MessageMedia } from '../../../tl/generated/api-types.ts'
import type { StoredPhoto } from '../media-store.ts'
import { toPhoto } from '../media-store.ts'
import { badRequest } from '../rpc-failure.ts'
import { useBusiness } from './business.ts'
import { checkTtl, coverOf, makeDocument, showDocument } from './document.ts'
import { makeFreeMedia } from './free-media.ts'
import { type Handlers, type MethodCall, self } from './handler.ts'
import { receiveFile } from './input-file.ts'
import { makeInvoice, makePaidMedia } from './paid-media.ts'
import { resolvePeer } from './peers.ts'
import { makePhoto } from './photo.ts'
import { mayCarry } from './rights.ts'
import { fetchFile } from './web-file.ts'

export const UPLOAD_MEDIA_METHODS: Handlers<'messages.uploadMedia'> = {
  'messages.uploadMedia': async (call, { peer, media, businessConnectionId }) => {
    const mayReach = businessConnectionId === undefined ? undefined : useBusiness(call, businessConnectionId)
    const target = resolvePeer(call, peer)
    mayReach?.(target)
    mayCarry(target, media, self(call))
    return makeMedia(call, media)
  },
}

/** @throws RpcFailure for media that cannot be */
export async function makeMedia(call: MethodCall, media: InputMedia): Promise<MessageMedia> {
  const store = call.dc.world.media
  switch (media._) {
    case 'inputMediaUploadedPhoto': {
      const file = await receiveFile(call, media.file)
      return showPhoto(await makePhoto(call, file, (media.stickers?.length ?? 0) > 0), media)
    }
    case 'inputMediaUploadedDocument':
      return showDocument(await makeDocument(call, media), media)
    case 'inputMediaPhoto':
      if (media.id._ === 'inputPhotoEmpty') throw badRequest('MEDIA_INVALID')
      return showPhoto(store.photo(media.id), media)
    case 'inputMediaDocument':
      if (media.id._ === 'inputDocumentEmpty') throw badRequest('MEDIA_INVALID')
      return showDocument(store.document(media.id), { ...media, cover: coverOf(call, media.videoCover) })
    case 'inputMediaPhotoExternal':
      return showPhoto(await makePhoto(call, (await fetchFile(call, media.url)).file), media)
    case 'inputMediaDocumentExternal': {
      const { file, mimeType } = await fetchFile(call, media.url)
      const fileName = file.name
      const stored = store.addDocument({
        kind: 'document',
        content: file.content,
        date: call.dc.seconds(),
        dcId: call.dc.id,
        mimeType,
        attributes: fileName === '' ? [] : [{ _: 'documentAttributeFilename', fileName }],
        thumb: undefined,
        cover: coverOf(call, media.videoCover),
      })
      return showDocument(stored, media)
    }
    case 'inputMediaPaidMedia':
      return makePaidMedia(call, media, makeMedia)
    case 'inputMediaInvoice':
      return makeInvoice(call, media, makeMedia)
    default:
      return makeFreeMedia(call, media)
  }
}

function showPhoto(
  stored: StoredPhoto,
  { spoiler, ttlSeconds }: { spoiler?: boolean | undefined; ttlSeconds?: number | undefined },
): MessageMedia {
  const media: MessageMedia = { _: 'messageMediaPhoto', photo: toPhoto(stored) }
  if (spoiler) media.spoiler = true
  if (ttlSeconds !== undefined) media.ttlSeconds = checkTtl(ttlSeconds)
  return media
}
