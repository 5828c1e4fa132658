/** Carriers that run everywhere; TCP stands apart in `tcp.ts`, since browsers have none. */
export {
  type Address,
  type Carrier,
  type CarrierHandlers,
  DIAL_TIMEOUT,
  type Dial,
  type DialOptions,
  formatAddress,
} from './carrier.ts'
export { dialFirst, happyEyeballs, type Preference } from './eyeballs.ts'
export { dialHttp, type HttpFetch, type HttpRequest, httpDial, postHttp } from './http.ts'
export type { HttpResponse } from './http-answer.ts'
export { type MemoryOptions, memoryDial, memoryPair } from './memory.ts'
export { dialWebSocket } from './websocket.ts'
