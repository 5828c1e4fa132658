/**
 * The methods that `client.invoke` knows by name.
 */
import type { MethodMap } from '../tl/generated/api-types.ts'
import * as generated from '../tl/generated/client/methods.ts'
import type { Method } from '../tl/method.ts'

const list = [
  generated.authImportBotAuthorization,
  generated.authLogOut,
  generated.contactsResolveUsername,
  generated.helpGetConfig,
  generated.messagesUploadMedia,
  generated.uploadGetFile,
  generated.uploadSaveBigFilePart,
  generated.uploadSaveFilePart,
  generated.usersGetUsers,
] as const

/** By name. The types of request and result are those of `MethodMap`. */
export const METHODS: ReadonlyMap<string, Method<{ readonly _: string }, unknown>> = new Map(
  // Each method's own type is narrower; `MethodMap` restores it by the name that both share.
  list.map((method) => [method.name, method as unknown as Method<{ readonly _: string }, unknown>]),
)

/** Names of the methods of the schema that this package was generated with. */
export type MethodName = keyof MethodMap
