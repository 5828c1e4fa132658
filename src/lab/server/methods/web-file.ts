/**
 * Files at addresses: what the world has there. The test DC never asks the network.
 *
 * Sources: https://core.telegram.org/constructor/inputMediaPhotoExternal, https://core.telegram.org/api/errors
 */
import { FileContent } from '../file-content.ts'
import { memoryParts } from '../parts-store.ts'
import { badRequest, RpcFailure } from '../rpc-failure.ts'
import type { MethodCall } from './handler.ts'
import type { ReceivedFile } from './input-file.ts'

/** A file as it was fetched. */
export interface FetchedFile {
  readonly file: ReceivedFile
  readonly mimeType: string
}

/**
 * Fetches an address.
 * @throws RpcFailure EXTERNAL_URL_INVALID for what is no address, WEBPAGE_CURL_FAILED where there is no file,
 *   WEBPAGE_MEDIA_EMPTY where it has no bytes, and Timeout (-503) where the answer takes longer than the server waits
 */
export async function fetchFile({ dc }: MethodCall, url: string): Promise<FetchedFile> {
  if (!/^https?:\/\/[^/]/.test(url)) throw badRequest('EXTERNAL_URL_INVALID')
  const { host, world, behaviour } = dc
  const found = world.webFiles.get(url)
  const wait = Math.min(found?.delay ?? 0, behaviour.fetchTimeout)
  if (wait > 0) await new Promise<void>((resolve) => host.setTimer(wait, resolve))
  if ((found?.delay ?? 0) > behaviour.fetchTimeout) throw new RpcFailure(-503, 'Timeout')
  if (found === undefined || (found.status ?? 200) !== 200) throw badRequest('WEBPAGE_CURL_FAILED')
  if (found.bytes.length === 0) throw badRequest('WEBPAGE_MEDIA_EMPTY')
  const parts = memoryParts().create()
  void parts.put(0, found.bytes)
  const name = /([^/?#]*)(?:[?#].*)?$/.exec(url)?.[1] ?? ''
  const { length } = found.bytes
  return { file: { content: new FileContent(parts, length, 1, length), name }, mimeType: found.mimeType }
}
