/** Temporary keys, two-ended in virtual time: made, bound, renewed, forgotten by the server, given up, wiped. */
import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { view } from '../../src/bytes.ts'
import type { Crypto } from '../../src/crypto/crypto.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { RpcError, TransportError, UsageError } from '../../src/errors.ts'
import { createGate } from '../../src/files/gate.ts'
import { upload } from '../../src/files/upload.ts'
import type { RequestInfo } from '../../src/lab/server/faults.ts'
import { uploadSaveBigFilePart, uploadSaveFilePart } from '../../src/tl/generated/client/methods.ts'
import type { DatacenterLike } from '../../src/transport/datacenter.ts'
import { forwardSecrecy } from '../../src/transport/forward-secrecy.ts'
import { KEY_LANE } from '../../src/transport/key-maker.ts'
import { fixedWindow } from '../support/fixed-window.ts'
import { DELAY, SecretLab } from '../support/secret-lab.ts'

const DAY = 86_400_000
const BIND = 'auth.bindTempAuthKey'

/** Crypto that notes every key that it is to use, and how many of them are not wiped. */
function keyWatch(): { crypto: Crypto; alive: () => Uint8Array[] } {
  const seen = new Set<Uint8Array>()
  const sha1: Crypto['sha1'] = (...parts) => {
    for (const part of parts) if (part.length === 256) seen.add(part)
    return nativeCrypto.sha1(...parts)
  }
  return {
    crypto: { ...nativeCrypto, sha1 },
    alive: () => [...seen].filter((key) => key.some((byte) => byte !== 0)),
  }
}

/** Refuses a method with an error, the first `times` times. */
function refuse(lab: SecretLab, method: string, code: number, text: string, times = Number.POSITIVE_INFINITY): void {
  let left = times
  lab.faults.onRequest = ({ request }) =>
    request._ === method && left-- > 0 ? { kind: 'error', code, text } : undefined
}

const partOf = ({ request }: RequestInfo): number => (request as { filePart?: number }).filePart!
const PARTS = /^upload\.save(Big)?FilePart$/

/** Uploads `size` bytes of parts that the server takes its time for; returns which parts came, and when. */
async function uploadSlowly(
  lab: SecretLab,
  dc: DatacenterLike,
  { size = 48 * 64 * 1024, ms = 2500, lanes = 2 } = {},
): Promise<{ parts: number[]; took: number; keys: bigint[]; fewest: number }> {
  const { host, crypto } = lab
  // One after another, as a line would have it that takes `ms` for each.
  let free = 0
  lab.faults.onRequest = ({ request }) => {
    if (!PARTS.test(request._)) return undefined
    free = Math.max(free, host.now()) + ms
    return { kind: 'delay', ms: free - host.now() }
  }
  // A part is under way for less than a key lives on after the next is made.
  let slots = 3
  const queue: (() => void)[] = []
  let under = 0
  let fewest = Number.POSITIVE_INFINITY
  let sent = 0
  const sender = {
    maxLanes: lanes,
    sendPart: async (request: { _: string; bytes: Uint8Array }, options: { lane: number; signal: AbortSignal }) => {
      const method = request._ === 'upload.saveFilePart' ? uploadSaveFilePart : uploadSaveBigFilePart
      if (slots === 0) await new Promise<void>((resolve) => queue.push(resolve))
      else slots--
      under++
      sent++
      try {
        return await dc.invoke(method as typeof uploadSaveFilePart, request as never, options)
      } finally {
        under--
        const next = queue.shift()
        if (next) next()
        else slots++
        // At the end of the file there is nothing more to send.
        if (sent < size / (64 * 1024)) fewest = Math.min(fewest, under)
      }
    },
  }
  const from = host.now()
  // A window that never lets the line run empty, as the usual one does now and then.
  const gate = createGate(host, fixedWindow(16 * 64 * 1024, lanes))
  await host.runUntil(
    upload(sender, new Uint8Array(size), { host, crypto, gate, maxWait: 60, fileName: 'x', partSize: 64 * 1024 }),
  )
  const requests = lab.requests.filter(({ request }) => PARTS.test(request._))
  return {
    parts: requests.map(partOf),
    took: host.now() - from,
    keys: [...new Set(requests.map(({ keyId }) => keyId))],
    fewest,
  }
}

describe('calls', () => {
  test('travel under a temporary key that is bound to the permanent one, and nothing under the latter', async () => {
    const lab = new SecretLab()
    const dc = lab.secret()
    await lab.run(lab.login(dc))
    expect(await lab.run(lab.me(dc))).toMatchObject([{ id: 1000n, self: true }])
    const { permanent, temporary } = lab.keys()
    expect([permanent.length, temporary.length]).toEqual([1, 1])
    expect(new Set(lab.requests.map(({ keyId }) => keyId))).toEqual(new Set(temporary))
    expect(lab.requests.map(({ request }) => request._)).toEqual([
      BIND,
      'auth.importBotAuthorization',
      'users.getUsers',
    ])
    // initConnection is said under the temporary key, after it was bound.
    expect(lab.requests.map(({ layer }) => layer > 0)).toEqual([false, true, true])
    dc.close()
  })

  test('that come while the key is made wait for it, on several lanes, and one key is made', async () => {
    const lab = new SecretLab()
    const dc = lab.secret()
    const login = lab.login(dc)
    await lab.run(login)
    const fresh = lab.secret(undefined, { authKey: lab.stored[0]! })
    const all = [0, 1, 2].map((lane) =>
      fresh.invoke(
        uploadSaveFilePart,
        { _: 'upload.saveFilePart', fileId: 1n, filePart: lane, bytes: new Uint8Array(1024) },
        { lane },
      ),
    )
    expect(await lab.run(Promise.all(all))).toEqual([true, true, true])
    expect([lab.keys().temporary.length, lab.keys().permanent.length]).toEqual([2, 1])
  })

  test('the permanent key alone is given to be stored; with it the login goes on', async () => {
    const lab = new SecretLab()
    const dc = await lab.ready(60)
    await lab.host.advance(200_000)
    await lab.run(lab.me(dc))
    dc.close()
    expect(lab.stored.length).toBe(1)
    // Its first salt too, whatever the salts of temporary keys were.
    expect(dc.salt).toBe(lab.salt)
    const again = lab.secret(60, { authKey: lab.stored[0]! })
    expect(await lab.run(lab.me(again))).toMatchObject([{ id: 1000n }])
    expect(lab.stored.length).toBe(1)
  })

  test('without forward secrecy are refused by a server that requires it', async () => {
    const lab = new SecretLab()
    await expect(lab.run(lab.login(lab.plain()))).rejects.toMatchObject({ type: 'AUTH_KEY_PERM_EMPTY', code: 401 })
  })

  test('are told of: the key, and where it is made', async () => {
    const lab = new SecretLab()
    await lab.ready(3600)
    const told = lab.events.filter(({ lane }) => lane === KEY_LANE).map(({ type }) => type)
    // For the permanent key there is an exchange and nothing more.
    expect(told.filter((type) => type === 'exchanging').length).toBe(2)
    expect(told.filter((type) => type === 'connected').length).toBe(1)
    expect(lab.events.find(({ type }) => type === 'temporary-key')).toEqual({
      type: 'temporary-key',
      seconds: 3600,
      dc: 2,
      lane: KEY_LANE,
    })
  })

  test('of a wrong clock: an hour off in either direction, and jumps while it runs', async () => {
    for (const offset of [3_600_000, -3_600_000]) {
      const lab = new SecretLab()
      lab.faults.clockOffset = offset
      const dc = await lab.ready(60)
      const { temporary } = lab.keys()
      lab.host.jumpWallClock(-offset / 2)
      lab.faults.clockOffset += offset / 2
      await lab.host.advance(20_000)
      await lab.run(lab.me(dc))
      // Neither did the jump end the key nor does it live on for ever.
      expect(lab.keys().temporary).toEqual(temporary)
      await lab.host.advance(120_000)
      await lab.run(lab.me(dc))
      expect(temporary).not.toContain(lab.requests.at(-1)!.keyId)
      // The next key begins with what is known of the time.
      expect(lab.events.filter(({ type }) => type === 'bad-message')).toEqual([])
    }
  })
})

test('a salt that the server names in one packet with the answer to the binding is used from then on', async () => {
  const lab = new SecretLab({ server: { behaviour: { containers: 'always' } } })
  let rotated = false
  lab.faults.onSeal = (plain) => {
    const fields = view(plain.body)
    for (let at = 0; at + 28 <= plain.body.length && !rotated && lab.named(BIND).length === 1; at += 4) {
      // `new_session_created`; its salt stands behind two numbers.
      if (fields.getUint32(at, true) !== 0x9ec20908) continue
      rotated = true
      lab.server.rotateSalts()
      const key = [...lab.server.keys.all()].find(({ expiresAt }) => expiresAt !== undefined)!
      fields.setBigInt64(at + 20, key.salts.current(Math.floor(lab.host.wallClock() / 1000)), true)
    }
    return plain
  }
  await lab.ready()
  expect(rotated).toBe(true)
  expect(lab.events.filter(({ type }) => type === 'salt')).toEqual([])
})

describe('renewal', () => {
  test('during an upload: no part is sent twice, none is missing, and it takes no longer', async () => {
    const plain = new SecretLab({ server: { requireForwardSecrecy: false } })
    const without = plain.plain()
    await plain.run(plain.login(without))
    const before = await uploadSlowly(plain, without)
    const lab = new SecretLab()
    const dc = await lab.ready(100)
    const now = await uploadSlowly(lab, dc)
    expect([...now.parts].sort((a, b) => a - b)).toEqual(Array.from({ length: 48 }, (_, i) => i))
    expect(now.keys.length).toBeGreaterThan(1)
    // Nothing stands still while keys change: there is always a part under way.
    expect([before.fewest > 0, now.fewest]).toEqual([true, before.fewest])
    expect(now.took).toBeLessThan(before.took + 20 * DELAY)
    expect(lab.events.filter(({ type }) => type === 'resend' || type === 'session-reset')).toEqual([])
    expect(lab.named('auth.importBotAuthorization').length).toBe(1)
  })

  test('happens before the end, not at the same moment for all clients', async () => {
    const moments = new Set<number>()
    for (let seed = 1; seed <= 6; seed++) {
      const lab = new SecretLab({ host: { seed } })
      const dc = await lab.ready(1000)
      const from = lab.host.now()
      const second = lab.named(BIND).length + 1
      while (lab.named(BIND).length < second) await lab.host.advance(1000)
      const left = 1000 - (lab.host.now() - from) / 1000
      expect(left).toBeGreaterThan(98)
      expect(left).toBeLessThan(201)
      moments.add(Math.round(left))
      dc.close()
    }
    expect(moments.size).toBeGreaterThan(2)
  })

  test('while nothing is called leaves one key and no connection of the old one', async () => {
    const lab = new SecretLab()
    const dc = await lab.ready(100)
    await lab.host.advance(95_000)
    expect(lab.named(BIND).length).toBe(2)
    expect(lab.open).toBe(0)
    await lab.run(lab.me(dc))
    expect(new Set(lab.requests.slice(-1).map(({ keyId }) => keyId))).toEqual(
      new Set(
        lab
          .named(BIND)
          .slice(-1)
          .map(({ keyId }) => keyId),
      ),
    )
    dc.close()
    lab.server.close()
    await lab.host.advance(2 * DELAY)
    expect(lab.host.pendingTimers).toBe(0)
  })

  test('that fails is tried again while the key lives, without a word to anybody', async () => {
    const lab = new SecretLab()
    const dc = await lab.ready(1000)
    refuse(lab, BIND, 400, 'SOMETHING_INVALID', 7)
    await lab.host.advance(995_000)
    expect(lab.named(BIND).length).toBe(1 + 7 + 1)
    await lab.run(lab.me(dc))
    expect(lab.named('auth.importBotAuthorization').length).toBe(1)
  })

  test('that failed is tried at once when the network says that it is back, and is not tried again then', async () => {
    const lab = new SecretLab()
    const dc = await lab.ready(1000)
    refuse(lab, BIND, 400, 'SOMETHING_INVALID', 5)
    while (lab.named(BIND).length < 6) await lab.host.advance(1000)
    await lab.host.advance(500)
    dc.networkChanged()
    await lab.host.advance(500)
    expect(lab.named(BIND).length).toBe(7)
    await lab.host.advance(600_000)
    expect(lab.named(BIND).length).toBe(7)
    dc.close()
  })

  test('closing while another attempt is to come leaves no timer', async () => {
    const lab = new SecretLab()
    const dc = await lab.ready(1000)
    refuse(lab, BIND, 400, 'SOMETHING_INVALID')
    while (lab.named(BIND).length < 6) await lab.host.advance(1000)
    await lab.host.advance(500)
    dc.close()
    lab.server.close()
    await lab.host.advance(2 * DELAY)
    expect(lab.host.pendingTimers).toBe(0)
  })

  test('a binding that the server has undone: the call is made again under another key', async () => {
    const lab = new SecretLab()
    const dc = await lab.ready()
    for (const key of lab.server.keys.all()) key.boundTo = undefined
    expect(await lab.run(lab.me(dc))).toMatchObject([{ id: 1000n }])
    expect(new Set(lab.named('users.getUsers').map(({ keyId }) => keyId)).size).toBe(2)
    const before = lab.named('users.getUsers').length
    lab.faults.onRequest = ({ request }) =>
      request._ === 'users.getUsers' ? { kind: 'error', code: 401, text: 'AUTH_KEY_PERM_EMPTY' } : undefined
    await expect(lab.run(lab.me(dc))).rejects.toMatchObject({ type: 'AUTH_KEY_PERM_EMPTY' })
    expect(lab.named('users.getUsers').length).toBe(before + 4)
  })

  test('a call that outlives its key is made again under the next', async () => {
    const lab = new SecretLab()
    const dc = await lab.ready(30)
    let first = true
    lab.faults.onRequest = ({ request }) => {
      if (request._ !== 'users.getUsers' || !first) return undefined
      first = false
      return { kind: 'silence' }
    }
    expect(await lab.run(lab.me(dc))).toMatchObject([{ id: 1000n }])
    expect(new Set(lab.named('users.getUsers').map(({ keyId }) => keyId)).size).toBe(2)
  })

  test('a call that outlives several keys fails, and says so', async () => {
    const lab = new SecretLab()
    const dc = await lab.ready(30)
    lab.faults.onRequest = ({ request }) => (request._ === 'users.getUsers' ? { kind: 'silence' } : undefined)
    await expect(lab.run(lab.me(dc))).rejects.toMatchObject({
      code: 'NO_ANSWER',
      message: expect.stringMatching(/users\.getUsers.*4 temporary keys.*longer lifetime/) as string,
    })
    expect(new Set(lab.named('users.getUsers').map(({ keyId }) => keyId)).size).toBe(4)
  })

  test('a server that lets one binding stand at a time: what it refuses is called again under the next key', async () => {
    const lab = new SecretLab({ server: { behaviour: { singleBinding: true } } })
    const dc = await lab.ready(100)
    const { parts, keys } = await uploadSlowly(lab, dc)
    expect([...new Set(parts)].sort((a, b) => a - b)).toEqual(Array.from({ length: 48 }, (_, i) => i))
    expect(keys.length).toBeGreaterThan(1)
    expect(lab.named('auth.importBotAuthorization').length).toBe(1)
  })
})

describe('a network that is gone', () => {
  test('past the end of the key: the call fails; when it is back, a new key, the same login', async () => {
    const lab = new SecretLab()
    const dc = await lab.ready(100)
    lab.network(false)
    await lab.host.advance(300_000)
    // Nothing is tried for ever while nobody calls.
    expect(lab.host.pendingTimers).toBe(0)
    const from = lab.host.now()
    await expect(lab.run(lab.me(dc))).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    expect(lab.host.now() - from).toBeGreaterThan(30_000)
    expect(lab.host.now() - from).toBeLessThan(120_000)
    lab.network(true)
    expect(await lab.run(lab.me(dc))).toMatchObject([{ id: 1000n }])
    expect([lab.stored.length, lab.named('auth.importBotAuthorization').length]).toEqual([1, 1])
  })

  test('for half a minute over the end of the key: a call waits, and goes on at once when the network says so', async () => {
    const lab = new SecretLab()
    const dc = await lab.ready(60)
    lab.network(false)
    await lab.host.advance(70_000)
    const call = lab.me(dc)
    await lab.host.advance(29_000)
    lab.network(true)
    const from = lab.host.now()
    dc.networkChanged()
    expect(await lab.run(call)).toMatchObject([{ id: 1000n }])
    // A key exchange of three turns, the binding, a connection more.
    expect(lab.host.now() - from).toBeLessThan(20 * DELAY)
  })

  test('while a key lives, and while the first is made: both go on at once when the network says so', async () => {
    const lab = new SecretLab()
    const dc = await lab.ready()
    const call = lab.me(dc)
    await lab.host.advance(1)
    lab.network(false)
    await lab.host.advance(20_000)
    lab.network(true)
    const from = lab.host.now()
    dc.networkChanged()
    await lab.run(call)
    expect(lab.host.now() - from).toBeLessThan(10 * DELAY)

    lab.network(false)
    const fresh = lab.secret()
    const login = lab.login(fresh)
    await lab.host.advance(1)
    lab.network(true)
    const { dialled } = lab
    fresh.networkChanged()
    await lab.host.settle()
    expect(lab.dialled).toBe(dialled + 1)
    await lab.run(login)
  })

  test('never there: the first call fails soon, as without forward secrecy', async () => {
    const lab = new SecretLab()
    lab.network(false)
    const dc = lab.secret()
    await expect(lab.run(lab.me(dc))).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    expect([lab.dialled, lab.host.pendingTimers]).toEqual([3, 0])
    expect(lab.host.now()).toBeLessThan(5000)
  })

  test('lost while the key is bound: it is bound again, under another msg_id', async () => {
    const lab = new SecretLab()
    let first = true
    lab.faults.onRequest = ({ request }) => {
      if (request._ !== BIND || !first) return undefined
      first = false
      return { kind: 'disconnect', execute: true }
    }
    const dc = await lab.ready()
    const [one, two] = lab.named(BIND)
    expect([one!.keyId === two!.keyId, one!.msgId === two!.msgId]).toEqual([true, false])
    await lab.run(lab.me(dc))
  })
})

describe('a server that has forgotten', () => {
  test('the temporary key, in an upload over several lanes: another one, the same login', async () => {
    const lab = new SecretLab()
    const dc = await lab.ready()
    const upload = uploadSlowly(lab, dc, { ms: 1000, lanes: 4 })
    lab.host.setTimer(9000, () => {
      for (const key of [...lab.server.keys.all()]) if (key.expiresAt !== undefined) lab.server.keys.remove(key)
      lab.server.disconnectAll(-404)
    })
    const { parts, keys } = await upload
    expect([...new Set(parts)].sort((a, b) => a - b)).toEqual(Array.from({ length: 48 }, (_, i) => i))
    expect([keys.length, lab.named(BIND).length, lab.keys().permanent.length]).toEqual([2, 2, 1])
    expect([lab.stored.length, lab.named('auth.importBotAuthorization').length]).toEqual([1, 1])
  })

  test('the permanent key: after a second chance a new one is made, and the login is gone with the old one', async () => {
    const lab = new SecretLab()
    const dc = await lab.ready()
    await lab.host.advance(61_000)
    lab.server.forgetKeys()
    lab.server.disconnectAll()
    await expect(lab.run(lab.me(dc))).rejects.toMatchObject({ type: 'AUTH_KEY_UNREGISTERED' })
    // Once under the first temporary key, twice refused, once under the new permanent key.
    expect(lab.named(BIND).length).toBe(4)
    expect(lab.stored.map((key) => key?.length)).toEqual([256, undefined, 256])
    await lab.run(lab.login(dc))
    expect(await lab.run(lab.me(dc))).toMatchObject([{ id: 1000n }])
  })

  test('a permanent key of a moment ago, on some of its machines: it gets a minute', async () => {
    const lab = new SecretLab()
    refuse(lab, BIND, 400, 'ENCRYPTED_MESSAGE_INVALID', 4)
    const dc = lab.secret()
    await lab.run(lab.login(dc))
    expect([lab.named(BIND).length, lab.stored.length, lab.keys().permanent.length]).toEqual([5, 1, 1])
    // Each time under another temporary key.
    expect(new Set(lab.named(BIND).map(({ keyId }) => keyId)).size).toBe(5)
  })

  test('and never takes a binding: the calls fail with its words, in bounded time', async () => {
    const lab = new SecretLab()
    refuse(lab, BIND, 400, 'ENCRYPTED_MESSAGE_INVALID')
    const error = await lab.run(lab.me(lab.secret()).catch((thrown: unknown) => thrown))
    expect(error).toBeInstanceOf(RpcError)
    expect(error).toMatchObject({ type: 'ENCRYPTED_MESSAGE_INVALID', method: BIND })
    expect(lab.host.now()).toBeLessThan(300_000)
    await lab.host.advance(2 * DELAY)
    expect(lab.host.pendingTimers).toBe(0)
  })

  test('that takes two -404 to be believed, as any key', async () => {
    const lab = new SecretLab()
    const dc = await lab.ready()
    let left = 1
    lab.faults.onRequest = ({ request }) =>
      request._ === 'users.getUsers' && left-- > 0 ? { kind: 'transport-error', status: -404 } : undefined
    await lab.run(lab.me(dc))
    expect(lab.named(BIND).length).toBe(1)
    left = 2
    await lab.run(lab.me(dc))
    expect(lab.named(BIND).length).toBe(2)
  })
})

describe('a binding that is refused', () => {
  test('for a flood: it waits as long as it is told', async () => {
    const lab = new SecretLab()
    refuse(lab, BIND, 420, 'FLOOD_WAIT_30', 1)
    await lab.ready()
    expect(lab.host.now()).toBeGreaterThan(30_000)
    expect(lab.named(BIND).length).toBe(2)
  })

  test('for a flood of hours: the call fails', async () => {
    const lab = new SecretLab()
    refuse(lab, BIND, 420, 'FLOOD_WAIT_7200')
    await expect(lab.run(lab.me(lab.secret()))).rejects.toMatchObject({ type: 'FLOOD_WAIT_X' })
    expect([lab.named(BIND).length, lab.host.now() < 10_000]).toEqual([1, true])
    await lab.host.advance(2 * DELAY)
    expect(lab.host.pendingTimers).toBe(0)
  })

  test.each([
    [500, 'INTERNAL'],
    [400, 'EXPIRES_AT_INVALID'],
  ])('with %i %s: a few times more, then the call fails', async (code, text) => {
    const lab = new SecretLab()
    refuse(lab, BIND, code, text, 3)
    await lab.ready()
    expect(lab.named(BIND).length).toBe(4)
    const other = new SecretLab()
    refuse(other, BIND, code, text)
    await expect(other.run(other.me(other.secret()))).rejects.toMatchObject({ type: text })
    expect(other.named(BIND).length).toBe(5)
  })

  test('by "false" is no success', async () => {
    const lab = new SecretLab()
    let left = 1
    lab.faults.onRequest = ({ request }) =>
      request._ === BIND && left-- > 0 ? { kind: 'answer', encode: (writer) => writer.bool(false) } : undefined
    await lab.ready()
    expect([lab.named(BIND).length, lab.named('auth.importBotAuthorization').length]).toEqual([2, 1])
  })
})

describe('the end', () => {
  test('closing at any moment while keys are made and bound leaves no timer and no promise', async () => {
    let bound = false
    for (let ms = 0; !bound && ms < 3000; ms += 20) {
      const lab = new SecretLab()
      const dc = lab.secret()
      const outcome = lab.me(dc).catch((error: unknown) => error)
      await lab.host.advance(ms)
      bound = lab.events.some(({ type }) => type === 'temporary-key')
      dc.close()
      expect(await outcome).toMatchObject({ code: 'CLIENT_CLOSED' })
      await lab.host.advance(2 * DELAY)
      expect([ms, lab.open]).toEqual([ms, 0])
      lab.server.close()
      await lab.host.advance(1000)
      expect([ms, lab.host.pendingTimers, lab.open]).toEqual([ms, 0, 0])
      await expect(lab.me(dc)).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
    }
    expect(bound).toBe(true)
  })

  test('closing any number of microtasks after a key came to be; it is wiped', async () => {
    // Each answer comes in two pieces. The last of the first exchange, the last of the second, the one to the binding.
    for (const nth of [6, 12, 14]) {
      for (const depth of [0, 1, 2, 3, 5]) {
        const { crypto, alive } = keyWatch()
        const lab = new SecretLab({ crypto })
        const given: Uint8Array[] = []
        const dc = lab.secret(60, { onAuthKey: (bytes) => bytes && given.push(bytes) })
        let seen = 0
        let isClosed = false
        lab.onDelivery = () => {
          if (++seen !== nth) return
          const later = (left: number): void => {
            if (left > 0) {
              queueMicrotask(() => later(left - 1))
              return
            }
            isClosed = true
            dc.close()
          }
          later(depth)
        }
        const outcome = lab.me(dc).catch((error: unknown) => error)
        await lab.host.advance(1000)
        expect([isClosed, await outcome]).toMatchObject([true, { code: 'CLIENT_CLOSED' }])
        lab.server.close()
        await lab.host.advance(1000)
        expect([nth, depth, lab.host.pendingTimers, lab.open]).toEqual([nth, depth, 0, 0])
        expect(alive()).toEqual(given)
      }
    }
  })

  test('who calls again in the very moment of a failure starts another attempt', async () => {
    const lab = new SecretLab()
    const dc = lab.secret()
    lab.network(false)
    const again = lab.me(dc).catch(() => lab.me(dc))
    await expect(lab.run(again)).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    expect(lab.dialled).toBe(6)
  })

  test('closing in the pause between two attempts, and in the middle of a renewal', async () => {
    const lab = new SecretLab()
    refuse(lab, BIND, 500, 'INTERNAL', 3)
    const dc = lab.secret()
    const outcome = lab.me(dc).catch((error: unknown) => error)
    while (lab.named(BIND).length < 2) await lab.host.advance(10)
    await lab.host.advance(500)
    dc.close(new Error('that is all'))
    expect(await outcome).toMatchObject({ message: 'that is all' })
    lab.server.close()
    await lab.host.advance(2 * DELAY)
    expect(lab.host.pendingTimers).toBe(0)

    const other = new SecretLab()
    const renewed = await other.ready(60)
    const exchanges = (): number => other.events.filter(({ type }) => type === 'exchanging').length
    while (exchanges() < 3) await other.host.advance(10)
    renewed.close()
    other.server.close()
    await other.host.advance(1000)
    expect([other.host.pendingTimers, other.open]).toEqual([0, 0])
  })

  test('closing by whoever hears of the key', async () => {
    const lab = new SecretLab()
    const dc = lab.secret(undefined, {
      onEvent: ({ type }) => type === 'temporary-key' && dc.close(new Error('heard enough')),
    })
    await expect(lab.run(lab.me(dc))).rejects.toThrow(/heard enough|closed/)
    lab.server.close()
    await lab.host.advance(DAY)
    expect([lab.host.pendingTimers, lab.open]).toEqual([0, 0])
  })

  test('a call that is aborted while it waits for a key leaves no listener, and the key is made for others', async () => {
    const lab = new SecretLab()
    const dc = lab.secret()
    const controller = new AbortController()
    const aborted = lab.me(dc, controller.signal).catch((error: unknown) => error)
    const login = lab.login(dc)
    await lab.host.advance(50)
    expect(getEventListeners(controller.signal, 'abort').length).toBe(1)
    const kept = new AbortController()
    const waiting = lab.me(dc, kept.signal).catch(() => {})
    expect(getEventListeners(kept.signal, 'abort').length).toBe(1)
    controller.abort(new Error('enough'))
    expect(await aborted).toMatchObject({ message: 'enough' })
    expect(getEventListeners(controller.signal, 'abort').length).toBe(0)
    await lab.run(login)
    await lab.run(waiting)
    expect(getEventListeners(kept.signal, 'abort').length).toBe(0)
    await expect(lab.me(dc, controller.signal)).rejects.toThrow('enough')
  })

  test('keys are wiped: temporary ones when they are over, all when it is closed', async () => {
    const { crypto, alive } = keyWatch()
    const lab = new SecretLab({ crypto })
    const given: Uint8Array[] = []
    const dc = lab.secret(60, { onAuthKey: (bytes) => bytes && given.push(bytes) })
    await lab.run(lab.login(dc))
    // The permanent key (ours, and the copy that is given to be stored) and the temporary one.
    expect([alive().length, given.length]).toEqual([3, 1])
    const renewals = (): number => lab.named(BIND).length
    while (renewals() < 4) await lab.host.advance(1000)
    await lab.host.advance(5000)
    expect(alive().length).toBe(3)
    dc.close()
    expect(alive()).toEqual(given)
  })
})

test.each([0, 29, 604_801, 1.5, Number.NaN, '60' as never])('a lifetime that cannot be: %s', (lifetime) => {
  expect(() => forwardSecrecy({ lifetime })).toThrow(UsageError)
})

test('what the network may say at any time does no harm: idle, waiting, closed', async () => {
  const lab = new SecretLab()
  const dc = lab.secret(60)
  dc.networkChanged()
  await lab.run(lab.login(dc))
  dc.networkChanged()
  await lab.run(lab.me(dc))
  dc.close()
  dc.networkChanged()
  expect(lab.named(BIND).length).toBe(1)
  await expect(lab.me(dc)).rejects.toBeInstanceOf(TransportError)
})
