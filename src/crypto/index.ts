/**
 * Entry `mtproto-upload/crypto`: the primitives of MTProto 2.0 and what is built from them, for research and for other
 * clients. Runs everywhere; the platform's own primitives are in `mtproto-upload/crypto/native`.
 */
export type { Crypto, IncrementalHash, StreamCipher } from './crypto.ts'
export { checkDhGroup, isSafeDhValue } from './dh.ts'
export {
  type AesKeyIv,
  messageAesKeyIv,
  messageAesKeyIvV1,
  messageKey,
  messageKeyV1,
  type Side,
} from './message-key.ts'
export { portablePbkdf2 } from './pbkdf2.ts'
export { encodePublicKey, parsePublicKey } from './pem.ts'
export { portableCrypto } from './portable.ts'
export { factorize } from './pq.ts'
export { PRODUCTION_PRIME } from './production-prime.ts'
export { fingerprint, rsaPad, type ServerKey } from './rsa.ts'
export { type PrivateKey, rsaUnpad } from './rsa-unpad.ts'
export { rsaUnpadLegacy } from './rsa-unpad-legacy.ts'
export { answerSrp, type Pbkdf2, type SrpAnswer, type SrpParameters } from './srp.ts'
export { webCrypto } from './web.ts'
