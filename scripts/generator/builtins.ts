/**
 * What every schema knows without defining it.
 *
 * Source: https://core.telegram.org/mtproto/TL-formal#predefined-identifiers
 */
import type { Type } from './schema.ts'

/** Bare built-in types by the name that fields use. */
export const SCALARS: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['int', { kind: 'int' }],
  ['long', { kind: 'long' }],
  ['double', { kind: 'double' }],
  ['string', { kind: 'string' }],
  ['bytes', { kind: 'bytes' }],
  ['int128', { kind: 'int128' }],
  ['int256', { kind: 'int256' }],
  ['Bool', { kind: 'bool' }],
  ['Object', { kind: 'object' }],
])

/** Definitions that some schemas carry although the run time knows them; they are read over. */
export const BUILT_IN_DEFINITIONS: ReadonlySet<string> = new Set([
  'int',
  'long',
  'double',
  'string',
  'bytes',
  'int128',
  'int256',
  'boolTrue',
  'boolFalse',
  'true',
  'vector',
])
