/**
 * The documented errors of the API as data.
 */
import type { Repeat } from './advice.ts'
import { COMMON_ERRORS, ERROR_CODES, METHOD_ERRORS } from './documented.ts'
import { adviceOf } from './rpc-advice.ts'
import type { DocumentedMethod, RpcErrorType } from './types.ts'

/** One documented error. */
export interface DocumentedError {
  /** As servers send it, the number in it replaced by X: `FLOOD_WAIT_X`. */
  readonly type: RpcErrorType
  /** Mostly one; a few errors come with several. */
  readonly codes: readonly number[]
  /** The methods of this package that document it; undefined for one that any method can answer with. */
  readonly methods: readonly DocumentedMethod[] | undefined
  /** Whether repeating the call can help. */
  readonly repeat: Repeat
  /** Why, and what to do; X stands for the number in the name. */
  readonly advice: string
}

/** By type; what is not documented is undefined. */
export type ErrorTable = Readonly<Record<RpcErrorType, DocumentedError> & Record<string, DocumentedError | undefined>>

/**
 * Every documented error of the methods of this package, by its type.
 *
 * ```ts
 * ERRORS['PHOTO_EXT_INVALID'].advice
 * ERRORS[error.type]?.repeat
 * ```
 */
export const ERRORS: ErrorTable = /* @__PURE__ */ makeTable()

function makeTable(): ErrorTable {
  const table: Record<string, DocumentedError> = Object.create(null) as Record<string, DocumentedError>
  const methods = Object.keys(METHOD_ERRORS) as DocumentedMethod[]
  const common: readonly string[] = COMMON_ERRORS
  for (const type of Object.keys(ERROR_CODES) as RpcErrorType[]) {
    const by = methods.filter((method) => (METHOD_ERRORS[method] as readonly string[]).includes(type))
    const { repeat, advice } = adviceOf(type)!
    table[type] = {
      type,
      codes: ERROR_CODES[type],
      methods: common.includes(type) ? undefined : by,
      repeat,
      advice,
    }
  }
  // The keys of ERROR_CODES are those of the table's type.
  return table as unknown as ErrorTable
}
