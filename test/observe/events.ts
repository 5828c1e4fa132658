/** One event of each type, some of them in each of their forms. */
import { RpcError, TransportError } from '../../src/errors.ts'
import type { ClientEvent, EventType } from '../../src/observe/index.ts'

const at = { dc: 2, lane: 0 }
const where = '149.154.167.50:443'
const lost = new TransportError('CONNECTION_CLOSED', `the connection to ${where} is closed: the other side ended it`)
const flood = new RpcError(420, 'FLOOD_WAIT_3', 'messages.uploadMedia')
const file = { fileId: 7n, name: 'a.bin' }
const plan = { size: 100_000_000, partSize: 524_288, parts: 191, maxParts: 4000, big: true }

/** Every event that there is; a new one does not compile before it stands here. */
export const EVENTS: { readonly [Type in EventType]: readonly Extract<ClientEvent, { readonly type: Type }>[] } = {
  connecting: [
    { type: 'connecting', where, attempt: 1, ...at },
    { type: 'connecting', where, attempt: 3, ...at },
  ],
  exchanging: [{ type: 'exchanging', where, dc: 2, lane: -1 }],
  connected: [
    { type: 'connected', where, ...at },
    { type: 'connected', where, ...at, ms: 34.2, transport: 'obfuscated', remote: '149.154.167.91:443' },
    { type: 'connected', where, ...at, ms: 2345, transport: 'ws', remote: where },
  ],
  disconnected: [
    { type: 'disconnected', where, error: lost, retryIn: 0, ...at },
    { type: 'disconnected', where, error: lost, retryIn: 1500, ...at },
    { type: 'disconnected', where, error: lost, retryIn: undefined, ...at },
    { type: 'disconnected', where, error: undefined, retryIn: 0, ...at },
  ],
  closed: [
    { type: 'closed', where, error: undefined, dc: 2, lane: 3 },
    { type: 'closed', where, error: new TransportError('NO_ANSWER', 'nothing moves'), dc: 2, lane: 3 },
  ],
  salt: [{ type: 'salt', ...at }],
  'bad-message': [{ type: 'bad-message', code: 16, msgId: 12345n, ...at }],
  'session-reset': [{ type: 'session-reset', reason: 'key', ...at }],
  'server-session': [{ type: 'server-session', uniqueId: 99n, ...at }],
  resend: [{ type: 'resend', method: 'help.getConfig', sendings: 2, ...at }],
  'temporary-key': [{ type: 'temporary-key', seconds: 86_400, dc: 2, lane: -1 }],
  call: [
    { type: 'call', id: 4, method: 'help.getConfig', ...at },
    { type: 'call', id: 5, method: 'upload.saveBigFilePart', part: 3, bytes: 524_288, dc: 2, lane: 1 },
  ],
  answered: [
    { type: 'answered', id: 4, method: 'help.getConfig', ms: 34.2, ...at },
    { type: 'answered', id: 5, method: 'upload.saveBigFilePart', ms: 99, dc: 2, lane: 1 },
  ],
  failed: [
    { type: 'failed', id: 4, method: 'messages.uploadMedia', ms: 34.2, error: flood, ...at },
    { type: 'failed', id: 4, method: 'messages.uploadMedia', ms: 34.2, error: lost, ...at },
  ],
  traffic: [{ type: 'traffic', sent: 524_400, received: 88, ...at }],
  wait: [{ type: 'wait', method: 'messages.uploadMedia', reason: 'FLOOD_WAIT_3', seconds: 3 }],
  login: [{ type: 'login', userId: 42n, dc: 2 }],
  migrate: [{ type: 'migrate', from: 2, to: 4 }],
  repair: [
    { type: 'repair', part: 0 },
    { type: 'repair', part: 7 },
  ],
  start: [
    { type: 'start', ...file, plan },
    { type: 'start', ...file, plan: { ...plan, size: undefined, parts: undefined } },
  ],
  part: [{ type: 'part', ...file, part: 3, bytes: 524_288, lane: 1, roundTrip: 34.2 }],
  retry: [
    { type: 'retry', ...file, part: 3, failures: 1, delay: 500, error: lost },
    { type: 'retry', ...file, part: 3, failures: 2, delay: 0, error: undefined },
  ],
  pause: [{ type: 'pause', ...file, until: 1_700_000_030_000, seconds: 30 }],
  stall: [{ type: 'stall', ...file, lane: 2 }],
  lanes: [{ type: 'lanes', ...file, lanes: 2 }],
  done: [{ type: 'done', ...file, size: 100_000_000, parts: 191 }],
  resume: [{ type: 'resume', ...file, parts: 2400, bytes: 1_200_000_000, size: 2_000_000_000 }],
  restart: [
    { type: 'restart', name: 'a.bin', reason: 'changed' },
    { type: 'restart', name: 'a.bin', reason: 'lost' },
    { type: 'restart', name: 'a.bin', reason: 'lost', error: new RpcError(400, 'MD5_CHECKSUM_INVALID', 'm') },
    { type: 'restart', name: 'a.bin', reason: 'stream' },
  ],
  unnoted: [{ type: 'unnoted', name: 'a.bin', error: new Error('ENOSPC: no space left on device') }],
  unremoved: [{ type: 'unremoved', name: 'a.bin', error: new Error('EROFS: read-only file system') }],
}

/** All of them in a row. */
export const ALL_EVENTS: readonly ClientEvent[] = Object.values(EVENTS).flat()
