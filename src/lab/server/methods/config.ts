/**
 * What the server tells about itself.
 *
 * Sources: https://core.telegram.org/constructor/config, https://core.telegram.org/api/config#client-configuration
 */
import type { DcOption, JSONValue } from '../../../tl/generated/api-types.ts'
import type { Handlers } from './handler.ts'

/** Changes when the configuration does; clients that name it are told that nothing is new. */
const APP_CONFIG_HASH = 1

export const CONFIG_METHODS: Handlers<'help.getAppConfig' | 'help.getConfig'> = {
  'help.getAppConfig': ({ dc }, { hash }) => {
    if (hash === APP_CONFIG_HASH) return { _: 'help.appConfigNotModified' }
    const { standard, premium } = dc.world.maxParts
    // A little of everything that can be in it, as the real one has hundreds of entries of every kind.
    const config = toJsonValue({
      emojies_animated_zoom: 0.625,
      emojies_send_dice: ['\u{1F3B2}', '\u{1F3AF}'],
      emojies_sounds: {},
      gif_search_branding: 'tenor',
      stickers_emoji_suggest_only_api: false,
      upload_max_fileparts_default: standard,
      upload_max_fileparts_premium: premium,
      whitelisted_domains: [],
    })
    return { _: 'help.appConfig', hash: APP_CONFIG_HASH, config }
  },

  'help.getConfig': ({ dc }) => {
    const now = dc.seconds()
    return {
      _: 'config',
      date: now,
      expires: now + dc.world.configLifetime,
      testMode: dc.test,
      thisDc: dc.id,
      dcOptions: dc.world.dcs.map(({ host: ipAddress, ...address }): DcOption => {
        return { _: 'dcOption', ...address, ipAddress, ipv6: ipAddress.includes(':') }
      }),
      dcTxtDomainName: '',
      chatSizeMax: 200,
      megagroupSizeMax: 200_000,
      forwardedCountMax: 100,
      onlineUpdatePeriodMs: 210_000,
      offlineBlurTimeoutMs: 5_000,
      offlineIdleTimeoutMs: 30_000,
      onlineCloudTimeoutMs: 300_000,
      notifyCloudDelayMs: 30_000,
      notifyDefaultDelayMs: 1_500,
      pushChatPeriodMs: 60_000,
      pushChatLimit: 2,
      editTimeLimit: 172_800,
      revokeTimeLimit: 2_147_483_647,
      revokePmTimeLimit: 2_147_483_647,
      ratingEDecay: 2_419_200,
      stickersRecentLimit: 200,
      channelsReadMediaPeriod: 604_800,
      callReceiveTimeoutMs: 20_000,
      callRingTimeoutMs: 90_000,
      callConnectTimeoutMs: 30_000,
      callPacketTimeoutMs: 10_000,
      meUrlPrefix: 'https://t.me/',
      captionLengthMax: 1024,
      messageLengthMax: 4096,
      webfileDcId: dc.id,
    }
  },
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

function toJsonValue(value: Json): JSONValue {
  if (value === null) return { _: 'jsonNull' }
  if (typeof value === 'boolean') return { _: 'jsonBool', value }
  if (typeof value === 'number') return { _: 'jsonNumber', value }
  if (typeof value === 'string') return { _: 'jsonString', value }
  if (Array.isArray(value)) return { _: 'jsonArray', value: value.map(toJsonValue) }
  const entries = Object.entries(value as { readonly [key: string]: Json })
  return {
    _: 'jsonObject',
    value: entries.map(([key, one]) => ({ _: 'jsonObjectValue', key, value: toJsonValue(one) })),
  }
}
