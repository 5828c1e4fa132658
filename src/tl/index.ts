/**
 * Entry `mtproto-upload/tl`: the TL run time, and the types and methods generated from the schema.
 */

export * from '#methods'
export { TlError } from '../errors.ts'
export type * from './generated/api-types.ts'
export * from './method.ts'
export * from './reader.ts'
export * from './scalars.ts'
export * from './writer.ts'
