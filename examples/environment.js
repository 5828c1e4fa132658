/**
 * What all examples are told, from the environment: nothing secret stands in a file.
 *
 * - `MTPROTO_API_ID`, `MTPROTO_API_HASH`: the application, from https://my.telegram.org
 * - `MTPROTO_BOT_TOKEN`: a bot, from @BotFather
 * - `MTPROTO_SESSION`: a session string, for those that go on with one
 * - `MTPROTO_FILE`: what to upload; a photo that comes along unless told
 * - `EXAMPLE_DC`: `host:port` of a server that is none of Telegram's, with `EXAMPLE_SERVER_KEY`, the path of its public key. So they run
 *   without an account: `mtproto-upload serve --port 8443 --write-key key.pem` in one terminal, and in another
 *   `EXAMPLE_DC=127.0.0.1:8443 EXAMPLE_SERVER_KEY=key.pem MTPROTO_API_ID=1 MTPROTO_API_HASH=any MTPROTO_BOT_TOKEN=1:any`
 */
import { readFileSync } from 'node:fs'
import { env } from 'node:process'

/**
 * @param {string} name
 * @returns {string}
 */
function needed(name) {
  const value = env[name]
  if (!value) throw new Error(`${name} is not set: see the top of examples/environment.js`)
  return value
}

/** The server to speak to; undefined for Telegram's. */
function serverOf() {
  const at = env.EXAMPLE_DC
  if (!at) return undefined
  const [, host, port] = /^(.+):(\d+)$/.exec(at) ?? []
  if (!host) throw new Error(`EXAMPLE_DC is "${at}", not host:port`)
  return { id: 2, host, port: Number(port), serverKeys: [readFileSync(needed('EXAMPLE_SERVER_KEY'), 'utf8')] }
}

export const apiId = Number(needed('MTPROTO_API_ID'))
export const apiHash = needed('MTPROTO_API_HASH')
export const botToken = env.MTPROTO_BOT_TOKEN
export const sessionString = env.MTPROTO_SESSION ?? ''
export const file = env.MTPROTO_FILE ?? 'assets/demo.jpg'
export const dc = serverOf()

/** All that a client is connected with, for a bot. */
export const settings = { apiId, apiHash, botToken, dc }
