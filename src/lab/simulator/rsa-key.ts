/**
 * The RSA key of every simulated DC: making one takes longer than a run. It protects nothing.
 */
import { fromHex, toBigInt } from '../../bytes.ts'
import { nativeCrypto } from '../../crypto/native.ts'
import { fingerprint } from '../../crypto/rsa.ts'
import type { RsaKey } from '../server/dc.ts'

const n: bigint = number(
  'dbabb794d452be7df051aadb151fe5cd71f76ae59306ba86a8e313fea062d8f0a6e92d38cbfa80eda9f00da99e6e128356ae838b' +
    '13bade73bc105b1d494df2494b5f1d22d8df8edcdc2d58c7d3fff20819a313722dc431b00001caf58c2ea01789538fb56cb8bdfc' +
    'f260b8016d6e6ebd36a676f1ccb7d1520ee70b498d6e0b27448619762d57d6604e1bf069b94c98e3987b8397cf474b17e39b0d4d' +
    '4798d7568daeecd26c0ec33569232dcf2865537c549d2dc4e528f592a386172eea83e8705e4d3ccf2abf4c3bbc44975b0d0e3b72' +
    '6a1e55e715864fbd105502a89aad909f0aa30e11f35331ec2e1b0f466cc4ebc17cdf583b1398842841fd8c68410ca195',
)
const d: bigint = number(
  'd56641d7915438be3ba1faab0e2088ac4694a702130cac5378e9f058a212a4d154349dbbd95ca7b73a297bfc556e7509a641ae84' +
    '834c3c228e860d1dac42cea6a953e308214b3c8c0e50f738591901552122ad1774a26dea9e771f65df22c45f5907164a972df953' +
    '2b5b0e2644dacd357f4bc3ad2ec53bd1cdac61e8b83e3911c5dd321b2dbec0aed6261518ed3e782f46dbb1bfb73b49923efce82b' +
    'c2712bde1bfad47a661516c4709d32ce6ae1b1e5fccf1b1da654dcebf499294def14ed17c07bdcc25569baac11b5a19cdba3f856' +
    'ddf4d6a4427e8677c6298eae5009a5bca91ceb5e6bc30d04a10092d9f5cc48c12d6f460c915cac7a6cbabb8fe5181a81',
)
const e = 65_537n

/** Both halves. */
export const SIM_RSA_KEY: RsaKey = { n, e, d, fingerprint: fingerprint(nativeCrypto, n, e) }

function number(hex: string): bigint {
  return toBigInt(fromHex(hex))
}
