/**
 * `mtproto-upload/errors`: the documented errors of the API as data and as types, and a guard for them.
 *
 * docs/errors.md is made of the same table.
 */
export type { Repeat } from './advice.ts'
export { isRpcError, type RpcErrorOf } from './is-rpc-error.ts'
export { type DocumentedError, ERRORS, type ErrorTable } from './table.ts'
export type {
  CommonError,
  DocumentedMethod,
  ErrorsOf,
  ParameterOf,
  RpcErrorCode,
  RpcErrorType,
} from './types.ts'
