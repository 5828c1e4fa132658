/**
 * The methods that `client.invoke` knows by name where every byte is paid for: those that the client needs itself, so that
 * knowing them costs nothing.
 */
import {
  authImportBotAuthorization,
  messagesUploadMedia,
  uploadSaveBigFilePart,
  uploadSaveFilePart,
  usersGetUsers,
} from '#methods'
import type { Method } from '../tl/method.ts'

/** Any method; `MethodMap` gives back the types by the name. */
export type AnyMethod = Method<{ readonly _: string }, unknown>

/** A method whose types are known to those who call it only. */
export type NamedMethod = { readonly name: string }

/** What can be called by name. */
export const OWN_METHODS: readonly NamedMethod[] = [
  authImportBotAuthorization,
  messagesUploadMedia,
  uploadSaveBigFilePart,
  uploadSaveFilePart,
  usersGetUsers,
]
