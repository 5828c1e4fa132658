/**
 * How the client introduces itself: `invokeWithLayer(initConnection(…))` around the first calls of a connection, and
 * `invokeWithoutUpdates` around those of upload lanes.
 *
 * Source: https://core.telegram.org/api/invoking
 */
import { LAYER, writeInitConnection, writeInvokeWithLayer, writeInvokeWithoutUpdates } from '#methods'
import type { TlEncode } from '../tl/method.ts'
import type { DeviceInfo } from './options.ts'
import { VERSION } from './version.ts'

/** Wraps a query so that the server learns layer and device. */
export function initWrapper(options: {
  readonly apiId: number
  readonly device?: DeviceInfo | undefined
}): (query: TlEncode) => TlEncode {
  const {
    deviceModel = 'mtproto-upload',
    systemVersion = '1.0',
    appVersion = VERSION,
    langCode = 'en',
  } = options.device ?? {}
  return (inner) => {
    const query: TlEncode = (writer) =>
      writeInitConnection(writer, {
        _: 'initConnection',
        apiId: options.apiId,
        deviceModel,
        systemVersion,
        appVersion,
        systemLangCode: langCode,
        langPack: '',
        langCode,
        query: inner,
      })
    return (writer) => writeInvokeWithLayer(writer, { _: 'invokeWithLayer', layer: LAYER, query })
  }
}

/** Wraps a query so that its connection gets no updates. */
export function withoutUpdates(query: TlEncode): TlEncode {
  return (writer) => writeInvokeWithoutUpdates(writer, { _: 'invokeWithoutUpdates', query })
}
