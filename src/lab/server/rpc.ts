/**
 * The API of the test DC: reads a request, unwraps it, checks who may make it, and carries it out.
 *
 * Sources: https://core.telegram.org/api/invoking, https://core.telegram.org/api/errors
 */
import { TlError } from '../../errors.ts'
import type { InitConnectionRequest, MethodMap } from '../../tl/generated/api-types.ts'
import { LAYER } from '../../tl/generated/client/methods.ts'
import type { AnyRequest } from '../../tl/generated/server/requests.ts'
import { writeResult } from '../../tl/generated/server/results.ts'
import type { TlReader } from '../../tl/reader.ts'
import type { TlWriter } from '../../tl/writer.ts'
import { identity, type KeyRecord } from './auth-keys.ts'
import type { Call, Outcome } from './calls.ts'
import { type DialectValue, furtherMethod, historicMethod, lower } from './dialect/dialect.ts'
import { DialectReader, type Request } from './dialect/dialect-reader.ts'
import { DialectWriter } from './dialect/dialect-writer.ts'
import { MIN_LAYER } from './dialect/historic.ts'
import type { CallFault, RequestInfo } from './faults.ts'
import { FURTHER_HANDLERS } from './methods/further.ts'
import type { MethodCall } from './methods/handler.ts'
import { METHODS } from './methods/methods.ts'
import { badRequest, RpcFailure } from './rpc-failure.ts'

/** Methods that work before login. */
const OPEN: ReadonlySet<string> = new Set([
  'auth.sendCode',
  'auth.resendCode',
  'auth.cancelCode',
  'auth.signIn',
  'auth.checkPassword',
  'auth.exportLoginToken',
  'auth.importLoginToken',
  'account.getPassword',
  'auth.importBotAuthorization',
  'auth.importAuthorization',
  'auth.bindTempAuthKey',
  'auth.logOut',
  'auth.dropTempAuthKeys',
  'help.getConfig',
  'help.getNearestDc',
  'help.getAppConfig',
  'help.getCdnConfig',
])

/** A request without its wrappers, and what they said. */
interface Unwrapped {
  readonly request: Request
  /** Calls that have to succeed first. */
  readonly after: readonly bigint[]
}

type AnyHandler = (call: MethodCall, request: unknown) => unknown

/** Counts requests by method, for the log. */
export type Counter = Map<string, number>

/** Reads and carries out one call: {@link Api}. */
export function invoke(counter: Counter, call: Call, body: TlReader): Outcome | Promise<Outcome> {
  const who = identity(call.key)
  const state = { layer: who.layer }
  let read: Request
  try {
    const reader = new DialectReader(call.dc.crypto, body, state)
    read = reader.request()
    if (reader.remaining > 0) return { kind: 'error', code: 400, text: 'INPUT_REQUEST_TOO_LONG' }
  } catch (error) {
    if (error instanceof TlError) return { kind: 'error', code: 400, text: 'INPUT_FETCH_FAIL' }
    throw error
  }
  const { request, after } = unwrap(read, who)
  const fault = announce(counter, call, who, request)
  return fault === undefined
    ? carryOut(call, who, request, after)
    : misbehave(fault, () => carryOut(call, who, request, after), call)
}

/** Takes the wrappers off and notes what they say about the client. */
function unwrap(request: Request, who: KeyRecord): Unwrapped {
  const after: bigint[] = []
  let inner: Request = request
  for (;;) {
    switch (inner._) {
      case 'invokeWithLayer':
        if (inner.layer < MIN_LAYER) throw badRequest('CONNECTION_LAYER_INVALID')
        // A client newer than this server gets answers in the newest layer there is here.
        who.layer = Math.min(inner.layer, LAYER)
        break
      case 'initConnection':
        initConnection(inner, who)
        break
      case 'invokeAfterMsg':
        after.push(inner.msgId)
        break
      case 'invokeWithoutUpdates':
        break
      default: {
        const wrapper = inner as unknown as { query?: Request; msgIds?: readonly bigint[] }
        if (wrapper.query === undefined || furtherMethod(inner._) === undefined) return { request: inner, after }
        after.push(...(wrapper.msgIds ?? []))
      }
    }
    inner = (inner as unknown as { query: Request }).query
  }
}

/** https://core.telegram.org/method/initConnection */
function initConnection(request: InitConnectionRequest<AnyRequest>, who: KeyRecord): void {
  const { apiId, deviceModel, systemVersion, appVersion, langCode } = request
  if (who.layer === 0) throw badRequest('CONNECTION_LAYER_INVALID')
  if (apiId <= 0) throw badRequest('CONNECTION_API_ID_INVALID')
  if (deviceModel === '') throw badRequest('CONNECTION_DEVICE_MODEL_EMPTY')
  if (systemVersion === '') throw badRequest('CONNECTION_SYSTEM_EMPTY')
  if (appVersion === '') throw badRequest('CONNECTION_APP_VERSION_EMPTY')
  who.client = { apiId, deviceModel, systemVersion, appVersion, langCode }
}

/** Tells the log and asks for faults. */
function announce(counter: Counter, call: Call, who: KeyRecord, request: Request): CallFault | undefined {
  const count = (counter.get(request._) ?? 0) + 1
  counter.set(request._, count)
  const { onRequest, faults } = call.dc
  if (onRequest === undefined && faults.onRequest === undefined) return undefined
  const info: RequestInfo = {
    connection: call.connection,
    keyId: call.key.id,
    sessionId: call.sessionId,
    msgId: call.msgId,
    layer: who.layer,
    userId: who.userId,
    request: request as AnyRequest,
    count,
  }
  onRequest?.(info)
  return faults.onRequest?.(info)
}

function misbehave(
  fault: CallFault,
  execute: () => Outcome | Promise<Outcome>,
  call: Call,
): Outcome | Promise<Outcome> {
  switch (fault.kind) {
    case 'error':
      return fault
    case 'answer':
      return { kind: 'result', encode: fault.encode }
    case 'bad-message':
    case 'transport-error':
      return fault
    case 'silence':
    case 'disconnect':
      if (!fault.execute) return { kind: fault.kind }
      return Promise.resolve(execute()).then(() => ({ kind: fault.kind }))
    case 'delay': {
      const { next, ms } = fault
      return new Promise<void>((resolve) => call.dc.host.setTimer(ms, resolve)).then(() =>
        next === undefined ? execute() : misbehave(next, execute, call),
      )
    }
  }
}

function carryOut(call: Call, who: KeyRecord, request: Request, after: readonly bigint[]): Outcome | Promise<Outcome> {
  if (after.length > 0) {
    return Promise.all(after.map((msgId) => call.after(msgId))).then((all) => {
      if (!all.every(Boolean)) throw badRequest('MSG_WAIT_FAILED')
      return carryOut(call, who, request, [])
    })
  }
  const handler = handlerOf(request)
  admit(call, who, request._)
  const user = who.userId === undefined ? undefined : call.dc.world.users.get(who.userId)
  const wait = call.dc.world.floods.ask(request._, user?.id ?? who.id, call.dc.host.now())
  if (wait > 0) {
    const slowed = request._.startsWith('upload.') && user !== undefined && !user.premium
    throw new RpcFailure(420, `FLOOD_${slowed ? 'PREMIUM_' : ''}WAIT_${wait}`)
  }
  const result = handler({ ...call, who, user }, request)
  const { layer } = who
  if (result instanceof Promise) return result.then((value: unknown) => outcome(request._, value, layer))
  return outcome(request._, result, layer)
}

function handlerOf(request: Request): AnyHandler {
  if (request._ === '?') throw badRequest(`INPUT_METHOD_INVALID_${request.id}_0`)
  const handlers = METHODS as unknown as Readonly<Record<string, AnyHandler | undefined>>
  const further = FURTHER_HANDLERS as unknown as Readonly<Record<string, AnyHandler | undefined>>
  const handler = handlers[request._] ?? further[request._]
  if (handler === undefined) throw badRequest('INPUT_METHOD_INVALID')
  return handler
}

/** Whether this key may make this call. */
function admit({ key, dc }: Call, who: KeyRecord, method: string): void {
  if (who.revoked !== undefined) throw new RpcFailure(who.revoked.code, who.revoked.text)
  if (method === 'auth.bindTempAuthKey') return
  if (dc.requireForwardSecrecy && key.expiresAt === undefined) throw new RpcFailure(401, 'AUTH_KEY_PERM_EMPTY')
  if (who.client === undefined) throw badRequest('CONNECTION_NOT_INITED')
  if (key.expiresAt !== undefined && key.boundTo === undefined) throw new RpcFailure(401, 'AUTH_KEY_PERM_EMPTY')
  if (OPEN.has(method)) return
  const user = who.userId === undefined ? undefined : dc.world.users.get(who.userId)
  if (user === undefined) throw new RpcFailure(401, 'AUTH_KEY_UNREGISTERED')
  if (user.deactivated) throw new RpcFailure(401, 'USER_DEACTIVATED')
  // An account that has been moved takes nothing along but what proves who it is.
  const home = user.homeDc ?? dc.id
  if (home !== dc.id && !who.guest && method !== 'auth.exportAuthorization')
    throw new RpcFailure(303, `USER_MIGRATE_${home}`)
}

function outcome(method: string, value: unknown, layer: number): Outcome {
  return { kind: 'result', encode: (writer) => encodeResult(writer, method, value, layer) }
}

/** Writes a result in the words of `layer`. */
export function encodeResult(writer: TlWriter, method: string, value: unknown, layer: number): void {
  const further = furtherMethod(method) ?? historicMethod(method, layer)
  if (further === undefined && layer >= LAYER) {
    writeResult(writer, method as keyof MethodMap, value as never)
    return
  }
  const dialect = new DialectWriter(512)
  const lowered = lower(value, layer)
  // Where an older layer says no more than that it is done, that is what the result comes to.
  if (further?.type === 'Bool') dialect.bool(value !== false)
  else if (further !== undefined) dialect.boxed(further.type, lowered)
  else if (isMarked(lowered)) dialect.boxed('', lowered)
  else writeResult(dialect, method as keyof MethodMap, lowered as never)
  writer.raw(dialect.finish())
}

function isMarked(value: unknown): value is DialectValue {
  return typeof (value as DialectValue | null)?._ === 'string' && (value as DialectValue)._.includes('@')
}
