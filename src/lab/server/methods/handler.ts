/**
 * What a method of the test DC is: a function of the call and its decoded request.
 */
import type { MethodMap } from '../../../tl/generated/api-types.ts'
import type { KeyRecord } from '../auth-keys.ts'
import type { Call } from '../calls.ts'
import { RpcFailure } from '../rpc-failure.ts'
import type { WorldUser } from '../world.ts'

/** A call as its method sees it. */
export interface MethodCall extends Call {
  /** The key that holds login and layer. */
  readonly who: KeyRecord
  /** The user logged in. */
  readonly user: WorldUser | undefined
}

export type Handler<M extends keyof MethodMap> = (
  call: MethodCall,
  request: MethodMap[M]['request'],
) => MethodMap[M]['result'] | Promise<MethodMap[M]['result']>

/** A method for each name; those of one file. */
export type Handlers<M extends keyof MethodMap = keyof MethodMap> = { readonly [Name in M]: Handler<Name> }

/** The user logged in; methods that need one are refused before they run, so there always is one. */
export function self(call: MethodCall): WorldUser {
  if (call.user === undefined) throw new RpcFailure(401, 'AUTH_KEY_UNREGISTERED')
  return call.user
}

/** Most parts of a file of the user logged in. */
export function maxParts(call: MethodCall): number {
  const { standard, premium } = call.dc.world.maxParts
  return self(call).premium === true ? premium : standard
}
