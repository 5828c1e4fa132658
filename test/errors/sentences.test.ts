/** How errors speak: from what happened on, in lower case, so that the sentence fits behind whatever is put in front of it. */
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readText } from '../tl/schema.ts'

/** Names that begin with a capital wherever they stand. */
const NAMES = /^(?:[A-Z]{2,}|[A-Z]\.|Telegram|Pyrogram|Telethon|GramJS|MTProxy|Node)/

/** What is thrown, as the text behind `new …Error(` and an error code. */
const THROWN = /new (?:Transport|Security|File|Peer|Storage|Usage|Tl)Error\(\s*(?:'[A-Z_]+',\s*)?[`']([^`']*)/g

const modules = readdirSync(new URL('../../src', import.meta.url), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith('lab'))
  .map((path) => `src/${path.replaceAll('\\', '/')}`)

test('no sentence begins with a capital, or ends with a full stop', () => {
  const sentences = modules.flatMap((path) =>
    [...readText(path).matchAll(THROWN)].map(([, text]) => `${path}: ${text}`),
  )
  expect(sentences.length).toBeGreaterThan(100)
  const texts = sentences.map((one) => [one, one.slice(one.indexOf(': ') + 2)] as const)
  expect(texts.filter(([, text]) => /^[A-Z]/.test(text) && !NAMES.test(text)).map(([one]) => one)).toEqual([])
  expect(texts.filter(([, text]) => /\w\.$/.test(text)).map(([one]) => one)).toEqual([])
})
