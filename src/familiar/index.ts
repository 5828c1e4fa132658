/**
 * Uploads in the style of other libraries, for programs that are there already: `TelegramClient` with `Api` as in GramJS, `API` as in
 * MadelineProto. Both are thin layers over `UploadClient`, and know of their models what an upload needs.
 */
export type { BigInteger, ByName, Class, Fields, PeerName, RequestClass } from '../tl/classes.ts'
export { Api, type ApiClasses } from '../tl/generated/classes.ts'
export { API, type Settings, type UploadMediaParams } from './api.ts'
export { CustomFile } from './custom-file.ts'
export {
  type AnyFile,
  type AnyMedia,
  BotApiFileId,
  type BotApiObject,
  LocalFile,
  type LooseInputMedia,
  RemoteUrl,
} from './files.ts'
export { StringSession, type StringSessionOptions } from './string-session.ts'
export {
  type BotAuthParams,
  type GramjsProxy,
  TelegramClient,
  type TelegramClientParams,
  type UploadFileParams,
  type UserAuthParams,
} from './telegram-client.ts'
