/**
 * Methods that other clients call when they start, without generated code: enough for them to go on.
 */
import type { DialectValue } from '../dialect/dialect.ts'
import type { MethodCall } from './handler.ts'

type FurtherHandler = (call: MethodCall, request: DialectValue) => unknown

/** By their names, as `dialect/further.ts` declares them. */
export const FURTHER_HANDLERS: Readonly<Record<string, FurtherHandler>> = {
  'updates.getState': ({ dc }) => ({ _: 'updates.state', pts: 1, qts: 0, date: dc.seconds(), seq: 1, unreadCount: 0 }),

  'updates.getDifference': ({ dc }) => ({ _: 'updates.differenceEmpty', date: dc.seconds(), seq: 1 }),

  'help.getNearestDc': ({ dc }) => ({ _: 'nearestDc', country: 'US', thisDc: dc.id, nearestDc: dc.id }),

  'help.getCdnConfig': () => ({ _: 'cdnConfig', publicKeys: [] }),

  'account.updateStatus': () => true,

  'auth.dropTempAuthKeys': ({ dc, key }, { exceptAuthKeys }) => {
    const kept = new Set(exceptAuthKeys as readonly bigint[])
    for (const other of [...dc.keys.all()]) {
      if (other.boundTo !== undefined && other.boundTo === key.boundTo && other !== key && !kept.has(other.id)) {
        dc.keys.remove(other)
      }
    }
    return true
  },
}
