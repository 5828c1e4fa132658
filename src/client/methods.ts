/**
 * The methods that `client.invoke` knows by name: those that the client needs itself, so that knowing them costs nothing.
 */
import {
  authImportBotAuthorization,
  contactsResolveUsername,
  messagesUploadMedia,
  uploadSaveBigFilePart,
  uploadSaveFilePart,
  usersGetUsers,
} from '#methods'
import type { Method } from '../tl/method.ts'

/** Any method; `MethodMap` gives back the types by the name. */
export type AnyMethod = Method<{ readonly _: string }, unknown>

/** What can be called by name. */
export const METHODS = [
  authImportBotAuthorization,
  contactsResolveUsername,
  messagesUploadMedia,
  uploadSaveBigFilePart,
  uploadSaveFilePart,
  usersGetUsers,
] as readonly { readonly name: string }[]
