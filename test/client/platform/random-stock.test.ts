import { expect, test } from 'vitest'
import { inStock } from '../../../src/client/platform/random-stock.ts'
import { randomBytes } from '../../../src/host.ts'

/** Counts up, byte by byte, so that a byte given twice shows; notes what it was asked for. */
function counting(): { readonly random: (into: Uint8Array) => Uint8Array; readonly asked: Uint8Array[] } {
  let next = 0
  const asked: Uint8Array[] = []
  return {
    asked,
    random(into) {
      asked.push(into)
      for (let i = 0; i < into.length; i++) into[i] = ++next
      return into
    },
  }
}

test('small requests share a draw, and no byte is given twice, whatever their lengths', () => {
  const { random, asked } = counting()
  const draw = inStock(random)
  let next = 1
  for (let i = 0; i < 600; i++) {
    const before = asked.length
    const bytes = randomBytes(draw, i % 33)
    // A new stock begins where the draw stands: what was left of the old one is dropped.
    if (asked.length > before) next = (asked.length - 1) * 4096 + 1
    expect(bytes).toEqual(Uint8Array.from({ length: i % 33 }, (_, k) => next + k))
    next += bytes.length
  }
  expect(asked.length).toBe(3)
})

test('what was given is wiped from the stock', () => {
  const { random, asked } = counting()
  const draw = inStock(random)
  randomBytes(draw, 20)
  expect(asked[0]!.subarray(0, 20)).toEqual(new Uint8Array(20))
  expect(asked[0]![20]).toBe(21)
})

test('a longer request goes past it', () => {
  const { random, asked } = counting()
  const into = new Uint8Array(33)
  expect(inStock(random)(into)).toBe(into)
  expect(asked[0]).toBe(into)
})
