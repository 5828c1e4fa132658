/**
 * Why a connection failed, by the system's error code, in plain words.
 */

/** Reasons by the system's error code: what happened; what to check. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused); check the port, and that the server runs',
  ENOTFOUND: 'there is no such host name; check its spelling',
  EAI_AGAIN: 'the host name could not be looked up; check the network and its DNS server',
  EHOSTUNREACH: 'the host cannot be reached; check the address and the route to it',
  ENETUNREACH:
    'there is no network that leads there; check that this machine is online, and has IPv6 if the address is IPv6',
  ENETDOWN: 'the network is down; check that this machine is online',
  EADDRNOTAVAIL: 'this machine has no address to connect from; check its network',
  ECONNRESET: 'the other side broke the connection off; a firewall or proxy in between may do that too',
  ECONNABORTED: 'the connection was broken off by this machine or its network',
  EPIPE: 'the other side had already closed the connection',
  ETIMEDOUT: 'no answer came; check the address, the network, and any firewall in between',
  EACCES: 'this machine does not permit the connection; check its firewall',
  EPERM: 'this machine does not permit the connection; check its firewall',
  EMFILE: 'this process has too many files and connections open',
  // What `fetch` of Node says; https://github.com/nodejs/undici/blob/main/docs/docs/api/Errors.md
  UND_ERR_SOCKET: 'the other side closed the connection before it had answered',
  UND_ERR_CONNECT_TIMEOUT: 'no answer came; check the address, the network, and any firewall in between',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came in time',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped half-way',
}

/** The system's code for `cause`; of several attempts, the first's. */
function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined
  const { code, errors } = cause as { code?: unknown; errors?: unknown }
  const inner = Array.isArray(errors) ? codeOf(errors[0]) : undefined
  return inner ?? (typeof code === 'string' ? code : undefined)
}

/**
 * What happened and what to check; undefined where the system gave no code, or an error with an unknown code and a message.
 */
export function reasonOfSystem(cause: unknown): string | undefined {
  const code = codeOf(cause)
  const { name, message } = (cause ?? {}) as { readonly name?: unknown; readonly message?: unknown }
  if (message === 'bad port')
    return 'fetch, as browsers do, goes to no port that belongs to another kind of service; use another port'
  // What the parser of `fetch` calls every answer that is no HTTP.
  if (name === 'HTTPParserError') return 'what listens there does not speak HTTP; check the port and the transport'
  // The same of Node's other parser; a WebSocket begins with HTTP.
  if (code?.startsWith('HPE_')) return 'what listens there does not speak WebSocket; check the port and the transport'
  // What the package `ws` says when a server answers, but not by changing over to WebSocket.
  const [, status] = /^Unexpected server response: (\d+)$/.exec(String(message)) ?? []
  if (status)
    return `what listens there answers with HTTP (${status}), not with a WebSocket; check the port and the transport`
  return code && (REASONS[code] ?? (cause instanceof Error && cause.message ? undefined : code))
}
