/**
 * What the server tells about itself.
 *
 * Source: https://core.telegram.org/constructor/config
 */
import type { DcOption } from '../../../tl/generated/api-types.ts'
import type { Handlers } from './handler.ts'

/** Seconds for which clients may rely on the configuration. */
const CONFIG_LIFETIME = 3600

export const CONFIG_METHODS: Handlers<'help.getConfig'> = {
  'help.getConfig': ({ dc }) => {
    const now = dc.seconds()
    return {
      _: 'config',
      date: now,
      expires: now + CONFIG_LIFETIME,
      testMode: false,
      thisDc: dc.id,
      dcOptions: dc.world.dcs.map((address): DcOption => {
        const { id, host, port } = address
        const option: DcOption = { _: 'dcOption', id, ipAddress: host, port }
        if (host.includes(':')) option.ipv6 = true
        if (address.mediaOnly) option.mediaOnly = true
        return option
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
