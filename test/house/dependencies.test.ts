/**
 * Keeps DEPENDENCIES.md true: it lists exactly the packages that the package.json files of the project name, at the exact
 * version, each with its reason, and the Debian packages that `.ci/run` installs.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readProject } from '../../scripts/house/project.ts'

const GROUPS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const

type Manifest = Partial<Record<(typeof GROUPS)[number], Record<string, string>>>
interface Row {
  readonly name: string
  readonly version: string
  readonly why: string
}

const project = readProject(process.cwd())
const manifests = project.paths.filter((path) => /(?:^|\/)package\.json$/.test(path))

/** The tables of the page by heading, without backquotes: `package.json: dependencies` → its rows. */
function tables(page: string): Map<string, Row[]> {
  const found = new Map<string, Row[]>()
  for (const section of page.split(/^## /m).slice(1)) {
    const [heading = '', ...lines] = section.split('\n')
    const rows = lines.flatMap((line) => {
      const [, name, version, why] = /^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$/.exec(line) ?? []
      return name && version && why ? [{ name, version: version.trim(), why: why.trim() }] : []
    })
    found.set(heading.replaceAll('`', '').trim(), rows)
  }
  return found
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest & { peerDependenciesMeta?: unknown }
const listed = tables(readFileSync('DEPENDENCIES.md', 'utf8'))

/** Every group of every package.json that names packages, by the heading it must have. */
const named = new Map(
  manifests.flatMap((path) => {
    const manifest = JSON.parse(project.text(path)) as Manifest
    return GROUPS.flatMap((group): [string, Record<string, string>][] => {
      const packages = manifest[group]
      return packages && Object.keys(packages).length > 0 ? [[`${path}: ${group}`, packages]] : []
    })
  }),
)

test('the page has a section for each group of each package.json, and no other', () => {
  const sections = [...listed.keys()].filter((heading) => heading.includes('package.json'))
  expect(sections.sort()).toEqual([...named.keys()].sort())
})

describe.each([...named])('%s', (heading, packages) => {
  const rows = listed.get(heading) ?? []

  test('lists exactly the packages named there, in order, at their versions', () => {
    const expected = Object.entries(packages).map(([name, version]) => ({ name, version }))
    expected.sort((a, b) => (a.name < b.name ? -1 : 1))
    expect(rows.map(({ name, version }) => ({ name, version }))).toEqual(expected)
  })

  test.each(rows)('$name has a reason', ({ name, why }) => {
    expect(why.length).toBeGreaterThan(25)
    expect(rows.filter((row) => row.why === why)).toEqual([expect.objectContaining({ name })])
  })

  test.each(Object.entries(packages))(
    '%s is pinned to one version, or from the tested one on if it is a peer: %s',
    (name, version) => {
      if (heading.endsWith(': peerDependencies')) expect(version).toBe(`^${manifest.devDependencies?.[name]}`)
      else expect(version).toMatch(/^(?:\d+\.\d+\.\d+(?:-[\w.]+)?|file:[\w./-]+)$/)
    },
  )
})

test('peers are optional, all of them', () => {
  const { peerDependencies = {}, peerDependenciesMeta = {} } = manifest
  const optional = Object.fromEntries(Object.keys(peerDependencies).map((name) => [name, { optional: true }]))
  expect(peerDependenciesMeta).toEqual(optional)
})

test('whoever installs the package gets the listed dependencies and nothing else', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean; optional?: boolean; peer?: boolean }>
  }
  const installed = Object.entries(lock.packages).flatMap(([path, { dev, devOptional }]) =>
    path === '' || dev || devOptional ? [] : [path.replace(/^node_modules\//, '')],
  )
  expect(installed.sort()).toEqual((listed.get('package.json: dependencies') ?? []).map(({ name }) => name))
})

test('the Debian packages are those that .ci/run installs', () => {
  const script = readFileSync('.ci/run', 'utf8')
  const installed = [...script.matchAll(/^ *debian_packages=\(([^)]*)\)/gm)].flatMap(([, names]) =>
    names!.trim().split(/\s+/),
  )
  expect(installed.length).toBeGreaterThan(0)
  expect((listed.get('Debian packages') ?? []).map(({ name }) => name)).toEqual(installed.sort())
})
