/**
 * A call that ends with `rpc_error`: thrown by the methods of the test DC.
 *
 * Source: https://core.telegram.org/api/errors
 */
export class RpcFailure extends Error {
  /** 303, 400, 401, 403, 406, 420, 500 or -503. */
  readonly code: number
  /** The error's name, with its parameter if it has one: `FLOOD_WAIT_5`. */
  readonly text: string

  constructor(code: number, text: string) {
    super(`${code} ${text}`)
    this.code = code
    this.text = text
  }
}

/** A call with wrong arguments: code 400. */
export function badRequest(text: string): RpcFailure {
  return new RpcFailure(400, text)
}
