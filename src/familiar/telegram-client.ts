/**
 * A client in the style of GramJS: a session, `new TelegramClient(…)`, `connect()` or `start()`, `invoke(new Api.…)`.
 *
 * It is a thin layer over `UploadClient`, for programs that are there already: what they say to `connect`, `uploadFile` and `invoke`
 * stays as it is. Everything else that GramJS has is not here.
 */
import { UploadClient } from '../client/client.ts'
import { phoneLogin } from '../client/login/index.ts'
import type { ConnectOptions } from '../client/options.ts'
import type { PeerLike } from '../client/peers.ts'
import type { SessionStorage } from '../client/storage.ts'
import { UsageError } from '../errors.ts'
import type { FileLike } from '../files/source.ts'
import type { ByName } from '../tl/classes.ts'
import type { InputFile, MethodMap } from '../tl/generated/api-types.ts'
import { type CustomFile, fileOf } from './custom-file.ts'
import { StringSession } from './string-session.ts'

/** A proxy as GramJS has it. */
export interface GramjsProxy {
  /** Name or address of the proxy. */
  readonly ip: string
  readonly port: number
  /** SOCKS5; 4 is not known here. */
  readonly socksType?: 4 | 5 | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** An MTProxy, with its secret. */
  readonly MTProxy?: boolean | undefined
  readonly secret?: string | undefined
  /** Taken, and not needed. */
  readonly timeout?: number | undefined
}

/** Options by the names that GramJS has for them; those of `UploadClient.connect` are taken as well. */
export interface TelegramClientParams extends Omit<ConnectOptions, 'apiId' | 'apiHash' | 'storage' | 'proxy'> {
  readonly proxy?: ConnectOptions['proxy'] | GramjsProxy
  /** Telegram's test datacenters: `test`. */
  readonly testServers?: boolean | undefined
  /** Try IPv6 first: `ipv6`. */
  readonly useIPV6?: boolean | undefined
  /** Longest wait, in seconds, that is sat out: `maxWait`. */
  readonly floodSleepThreshold?: number | undefined
  readonly deviceModel?: string | undefined
  readonly systemVersion?: string | undefined
  readonly appVersion?: string | undefined
  readonly langCode?: string | undefined
  /** Taken, and not needed: a connection that is lost is made again for as long as somebody waits for an answer. */
  readonly connectionRetries?: number | undefined
  readonly retryDelay?: number | undefined
  readonly autoReconnect?: boolean | undefined
  readonly requestRetries?: number | undefined
}

/** How a bot logs in. */
export interface BotAuthParams {
  readonly botAuthToken: string
}

/** How a person logs in. */
export interface UserAuthParams {
  readonly phoneNumber: string | (() => string | Promise<string>)
  /** Asks for the code. */
  readonly phoneCode: (isCodeViaApp?: boolean) => string | Promise<string>
  /** Asks for the password, of accounts that have one. */
  readonly password?: ((hint?: string) => string | Promise<string>) | undefined
  /** Told why the login failed, before `start` rejects. */
  readonly onError?: ((error: Error) => unknown) | undefined
}

/** What to upload. */
export interface UploadFileParams {
  readonly file: CustomFile | FileLike
  /** Taken, and not needed: how many parts are under way at once is measured. */
  readonly workers?: number | undefined
  /** Told how much of it has arrived, from 0 to 1; of a stream of unknown length nothing before it is 1. */
  readonly onProgress?: ((progress: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** A proxy as `UploadClient` has it. @throws UsageError for SOCKS4 */
function proxyOf(proxy: TelegramClientParams['proxy']): ConnectOptions['proxy'] {
  if (typeof proxy !== 'object' || 'type' in proxy) return proxy
  const { ip: host, port, socksType, username, password, MTProxy = false, secret } = proxy
  if (MTProxy) return { type: 'mtproxy', host, port, secret }
  if (socksType === 4) throw new UsageError('SOCKS4 proxies are not known here; use SOCKS5')
  return { type: 'socks5', host, port, username, password }
}

/** Uploads files for programs that were written for GramJS. */
export class TelegramClient {
  /** The session, for `session.save()`. */
  readonly session: StringSession | SessionStorage | string
  readonly #options: ConnectOptions
  #client: UploadClient | undefined

  /**
   * @param session a `StringSession`, any storage, or the path of a file
   * @param apiId of https://my.telegram.org
   */
  constructor(
    session: StringSession | SessionStorage | string,
    apiId: number,
    apiHash: string,
    params: TelegramClientParams = {},
  ) {
    this.session = session
    // The string says where the server is, and so it must know.
    if (session instanceof StringSession && params.dc) session.server = params.dc
    const { testServers, useIPV6, floodSleepThreshold, deviceModel, systemVersion, appVersion, langCode, ...options } =
      params
    const device = { deviceModel, systemVersion, appVersion, langCode, ...options.device }
    this.#options = {
      ...options,
      apiId,
      apiHash,
      device,
      proxy: proxyOf(options.proxy),
      test: options.test ?? testServers,
      ipv6: options.ipv6 ?? useIPV6,
      maxWait: options.maxWait ?? floodSleepThreshold,
      storage: session instanceof StringSession ? session.storage : session,
    }
  }

  /** Whether it is connected. */
  get connected(): boolean {
    return this.#client !== undefined
  }

  /**
   * Connects with the login that the session has.
   * @returns true
   * @throws UsageError if there is none: `start` logs in
   * @throws TransportError, SecurityError, RpcError, StorageError as `UploadClient.connect`
   */
  connect(): Promise<boolean> {
    const { botToken, login } = this.#options
    if (this.session instanceof StringSession && this.session.empty && botToken === undefined && login === undefined)
      return Promise.reject(new UsageError('the session is empty: log in by start(), or give a session string'))
    return this.#open({})
  }

  /**
   * Connects, and logs in if the session has no login.
   * @param auth a bot's token, or what a person is asked for; left out, it is what the options say
   */
  async start(auth?: BotAuthParams | UserAuthParams): Promise<void> {
    if (auth === undefined) await this.connect()
    else if ('botAuthToken' in auth) await this.#open({ botToken: auth.botAuthToken })
    else {
      const { phoneNumber, phoneCode, password, onError } = auth
      const login = phoneLogin({
        phone: phoneNumber,
        code: ({ delivery }) => phoneCode(delivery === 'app'),
        password: password && (({ hint }) => password(hint)),
      })
      try {
        await this.#open({ login })
      } catch (error) {
        onError?.(error as Error)
        throw error
      }
    }
  }

  async #open(login: Pick<ConnectOptions, 'botToken' | 'login'>): Promise<boolean> {
    this.#client ??= await UploadClient.connect({ ...this.#options, ...login })
    return true
  }

  #connected(): UploadClient {
    if (!this.#client) throw new UsageError('the client is not connected: call connect() or start() first')
    return this.#client
  }

  /**
   * Calls a method.
   * @param request an instance of a class of `Api`, or the same by hand: `{ _: 'messages.uploadMedia', … }`. Its peers may be names
   * @throws RpcError, TransportError, TlError, and UsageError for a method that the package was not generated with
   */
  async invoke<Name extends keyof MethodMap>(
    request: ByName<MethodMap[Name]['request']> & { readonly _: Name },
  ): Promise<MethodMap[Name]['result']> {
    const client = this.#connected()
    if (request._ === 'messages.uploadMedia') {
      const { peer, ...rest } = request as unknown as ByName<MethodMap['messages.uploadMedia']['request']>
      // What is no peer is refused by name.
      return client.uploadMedia({ ...rest, peer: peer as PeerLike })
    }
    return client.invoke<Name>(request as unknown as MethodMap[Name]['request'] & { readonly _: Name })
  }

  /** Uploads a file; the result goes into `Api.InputMediaUploadedPhoto` and the like. @throws FileError, RpcError, TransportError */
  async uploadFile({ file, onProgress, signal }: UploadFileParams): Promise<InputFile> {
    const { inputFile } = await this.#connected().uploadFile(fileOf(file), {
      signal,
      onProgress: onProgress && (({ sentBytes, totalBytes }) => totalBytes && onProgress(sentBytes / totalBytes)),
    })
    return inputFile
  }

  /** Closes the connections and saves the session. */
  async disconnect(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    await client?.close()
  }
}
