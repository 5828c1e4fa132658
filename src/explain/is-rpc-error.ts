/**
 * Tells errors of the API from all others, by name.
 */
import { RpcError } from '../errors.ts'
import type { ParameterOf, RpcErrorType } from './types.ts'

/** An {@link RpcError} whose type is known, and with it whether there is a number in its name. */
export type RpcErrorOf<Type extends string> = Type extends string
  ? RpcError & { readonly type: Type; readonly parameter: ParameterOf<Type> }
  : never

/**
 * Whether something that was thrown is an error of the API; with types, whether it is one of them.
 *
 * ```ts
 * try {
 *   await client.uploadMedia({ media: photo('cat.bin') })
 * } catch (error) {
 *   if (isRpcError(error, 'PHOTO_EXT_INVALID')) …
 *   else if (isRpcError(error, 'FLOOD_WAIT_X')) console.log(`wait ${error.parameter} s`)
 *   else throw error
 * }
 * ```
 */
export function isRpcError(error: unknown): error is RpcError
export function isRpcError<Type extends RpcErrorType | (string & {})>(
  error: unknown,
  ...types: readonly Type[]
): error is RpcErrorOf<Type>
export function isRpcError(error: unknown, ...types: readonly string[]): boolean {
  return error instanceof RpcError && (!types.length || types.includes(error.type))
}
