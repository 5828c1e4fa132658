/**
 * What a way of logging in is, and what it is given.
 *
 * A login is a function: it gets the means to call methods before anybody is logged in, and gives back the account. Bots are
 * logged in by the client itself; what people need (codes, passwords, QR codes) is in this folder, an entry of its own, and
 * costs nothing to those who do without.
 */
import type { Crypto } from '../../crypto/crypto.ts'
import type { Host } from '../../host.ts'
import type { AuthAuthorization, User } from '../../tl/generated/api-types.ts'
import type { Method } from '../../tl/method.ts'
import type { TlReader } from '../../tl/reader.ts'

/** What a login works with. */
export interface LoginContext {
  readonly apiId: number
  readonly apiHash: string
  readonly host: Host
  readonly crypto: Crypto
  /** Ends the login. */
  readonly signal: AbortSignal | undefined
  /** Calls a method. Waits and faults are sat out, and a number that lives on another datacenter moves the connection there. */
  call<Request extends { readonly _: string }, Result>(
    method: Method<Request, Result>,
    request: Request,
  ): Promise<Result>
  /** Goes on at another datacenter. */
  moveTo(dc: number): Promise<void>
  /** Time of the server, ms since 1970, as far as known: the clock here may be wrong. */
  serverTime(): number
  /** From now on `listen`, if any, is given what the server says by itself; the reader stands before the constructor id. */
  onMessage(listen: ((reader: TlReader) => void) | undefined): void
}

/** A way of logging in. */
export type Login = (context: LoginContext) => Promise<AuthAuthorization | User>
