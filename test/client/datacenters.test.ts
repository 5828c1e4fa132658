/** Telegram's addresses and keys: that they are complete, and that each key is the one its fingerprint says. */
import { isIPv4, isIPv6 } from 'node:net'
import { describe, expect, test } from 'vitest'
import { telegramAddress } from '../../src/client/datacenters.ts'
import { PRODUCTION_KEY, TEST_KEY } from '../../src/client/server-keys.ts'
import { webSocketAddress } from '../../src/client/web-addresses.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { parsePublicKey } from '../../src/crypto/pem.ts'
import { fingerprint } from '../../src/crypto/rsa.ts'
import { UsageError } from '../../src/errors.ts'
import type { Address } from '../../src/transport/carrier/carrier.ts'

/** As https://my.telegram.org shows them. */
const PRODUCTION_PEM = `-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEA6LszBcC1LGzyr992NzE0ieY+BSaOW622Aa9Bd4ZHLl+TuFQ4lo4g
5nKaMBwK/BIb9xUfg0Q29/2mgIR6Zr9krM7HjuIcCzFvDtr+L0GQjae9H0pRB2OO
62cECs5HKhT5DZ98K33vmWiLowc621dQuwKWSQKjWf50XYFw42h21P2KXUGyp2y/
+aEyZ+uVgLLQbRA1dEjSDZ2iGRy12Mk5gpYc397aYp438fsJoHIgJ2lgMv5h7WY9
t6N/byY9Nw9p21Og3AoXSL2q/2IJ1WRUhebgAdGVMlV1fkuOQoEzR7EdpqtQD9Cs
5+bfo3Nhmcyvk5ftB0WkJ9z6bNZ7yxrP8wIDAQAB
-----END RSA PUBLIC KEY-----`
const TEST_PEM = `-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAyMEdY1aR+sCR3ZSJrtztKTKqigvO/vBfqACJLZtS7QMgCGXJ6XIR
yy7mx66W0/sOFa7/1mAZtEoIokDP3ShoqF4fVNb6XeqgQfaUHd8wJpDWHcR2OFwv
plUUI1PLTktZ9uW2WE23b+ixNwJjJGwBDJPQEQFBE+vfmH0JP503wr5INS1poWg/
j25sIWeYPHYeOrFp/eXaqhISP6G+q2IeTaWTXpwZj4LzXq5YOpk4bYEQ6mvRq7D1
aHWfYmlEGepfaYR8Q0YqvvhYtMte3ITnuSJs171+GDqpdKcSwHnd6FudwGO4pcCO
j4WcDuXc2CTHgH8gFTNhp/Y8/SpDOhvn9QIDAQAB
-----END RSA PUBLIC KEY-----`

describe('keys', () => {
  const KEYS = [
    { name: 'production', key: PRODUCTION_KEY, pem: PRODUCTION_PEM, documented: 0xd09d1d85de64fd85n },
    { name: 'test', key: TEST_KEY, pem: TEST_PEM, documented: 0xb25898df208d2603n },
  ]
  for (const { name, key, pem, documented } of KEYS) {
    test(`the ${name} key has the documented fingerprint, computed from its numbers`, () => {
      expect(BigInt.asUintN(64, fingerprint(nativeCrypto, key.n, key.e))).toBe(documented)
      expect(BigInt.asUintN(64, key.fingerprint)).toBe(documented)
      expect(key.fingerprint).toBe(BigInt.asIntN(64, key.fingerprint))
    })

    test(`the ${name} key is the published PEM`, () => {
      expect(parsePublicKey(nativeCrypto, pem)).toEqual(key)
    })
  }
})

const allOf = ({ others = [], ...first }: Address): readonly Address[] => [first, ...others]

describe('addresses', () => {
  const SIDES = [
    { isTest: false, count: 5 },
    { isTest: true, count: 3 },
  ]
  for (const { isTest, count } of SIDES) {
    const side = isTest ? 'test' : 'production'
    const ids = Array.from({ length: count }, (_, i) => i + 1)

    test(`each ${side} datacenter has an IPv4 and an IPv6 address of its own, IPv4 and port 443 first`, () => {
      const all = ids.flatMap((id) => allOf(telegramAddress(id, isTest)))
      expect(new Set(all.map(({ host }) => host)).size).toBe(2 * count)
      expect(all.map(({ port }) => port)).toEqual(ids.flatMap(() => [443, 443, 80, 80, 5222, 5222]))
      for (const [i, { host }] of all.entries()) expect(i % 2 === 0 ? isIPv4(host) : isIPv6(host), host).toBe(true)
    })

    test(`there are only ${count} ${side} datacenters`, () => {
      for (const id of [0, -1, count + 1, 1.5]) {
        expect(() => telegramAddress(id, isTest)).toThrow(UsageError)
        expect(() => webSocketAddress(id, isTest)).toThrow(UsageError)
      }
    })
  }

  test('the addresses are those that Telegram publishes', () => {
    const hosts = (id: number, isTest: boolean): string[] =>
      allOf(telegramAddress(id, isTest))
        .slice(0, 2)
        .map(({ host }) => host)
    expect(hosts(2, false)).toEqual(['149.154.167.51', '2001:67c:4e8:f002::a'])
    expect(hosts(4, false)).toEqual(['149.154.167.91', '2001:67c:4e8:f004::a'])
    expect(hosts(5, false)).toEqual(['149.154.171.5', '2001:b28:f23f:f005::a'])
    expect(hosts(2, true)).toEqual(['149.154.167.40', '2001:67c:4e8:f002::e'])
    expect(hosts(3, true)).toEqual(['149.154.175.117', '2001:b28:f23d:f003::e'])
  })

  test('a WebSocket goes to the name, with TLS and the path of its side', () => {
    const names = [1, 2, 3, 4, 5].map((id) => webSocketAddress(id, false).host.split('.')[0])
    expect(names).toEqual(['pluto', 'venus', 'aurora', 'vesta', 'flora'])
    expect(webSocketAddress(2, false)).toEqual({
      host: 'venus.web.telegram.org',
      port: 443,
      path: '/apiws',
      secure: true,
    })
    expect(webSocketAddress(2, true).path).toBe('/apiws_test')
  })
})
