/**
 * Bots that act for somebody: whether this one may, there.
 *
 * Which rights a connection needs: https://core.telegram.org/api/bots/connected-business-bots
 */
import { badRequest, RpcFailure } from '../rpc-failure.ts'
import { type MethodCall, self } from './handler.ts'
import type { Target } from './peers.ts'

/**
 * Checks a business connection.
 * @returns how the peer is checked, once it is known
 * @throws RpcFailure BOT_MISSING for people, BUSINESS_CONNECTION_INVALID for one that this bot has not (any more),
 *   403 BOT_ACCESS_FORBIDDEN for one that may not write
 */
export function useBusiness(call: MethodCall, connectionId: string): (target: Target) => void {
  const me = self(call)
  if (!me.bot) throw badRequest('BOT_MISSING')
  const connection = call.dc.world.businessConnections.get(connectionId)
  const mine = connection && (connection.botId ?? me.id) === me.id
  if (!mine || connection.disabled) throw badRequest('BUSINESS_CONNECTION_INVALID')
  if (connection.mayReply === false) throw new RpcFailure(403, 'BOT_ACCESS_FORBIDDEN')
  return (target) => {
    // The bot uploads for itself, or for nobody in particular, and sends it later.
    if (target === undefined || target === me) return
    // A connection is about private chats.
    if (!('firstName' in target)) throw badRequest('BUSINESS_PEER_INVALID')
    if (connection.peers && !connection.peers.has(target.id)) throw badRequest('BUSINESS_PEER_INVALID')
    if (connection.active && !connection.active.has(target.id)) throw badRequest('BUSINESS_PEER_USAGE_MISSING')
  }
}
