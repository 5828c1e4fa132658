/**
 * The types of the documented errors of the API, made of the generated tables.
 *
 * Servers may answer with errors that nobody documented, so these are for completion and for narrowing, never a promise.
 */
import type { COMMON_ERRORS, ERROR_CODES, METHOD_ERRORS } from './documented.ts'

/** The type of every error that a method of this package documents: `FLOOD_WAIT_X`, `PHOTO_EXT_INVALID`. */
export type RpcErrorType = keyof typeof ERROR_CODES

/** The codes of these errors, and any other number. */
export type RpcErrorCode = (typeof ERROR_CODES)[RpcErrorType][number] | (number & {})

/** The methods of this package: `messages.uploadMedia`. */
export type DocumentedMethod = keyof typeof METHOD_ERRORS

/** An error that any method can answer with. */
export type CommonError = (typeof COMMON_ERRORS)[number]

/** The errors that a method documents, those that any can answer with among them. */
export type ErrorsOf<Method extends DocumentedMethod> = (typeof METHOD_ERRORS)[Method][number] | CommonError

/** What the number in an error's name is: `number` where there is an X in it. */
export type ParameterOf<Type extends string> = Type extends `${string}_X` | `${string}_X_${string}`
  ? number
  : Type extends RpcErrorType
    ? undefined
    : number | undefined
