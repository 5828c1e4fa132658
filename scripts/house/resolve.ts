/** Which files of the project an import leads to. */
import { posix } from 'node:path'
import type { Import, Module } from './module.ts'
import type { Project } from './project.ts'

/**
 * Names with `#` stand for one of two modules, by who runs them (`imports` in package.json); for the house they are both.
 */
const EITHER: Readonly<Record<string, readonly string[]>> = {
  '#account': ['src/client/peers/account.ts', 'src/client/account.ts'],
  '#explain': ['src/explain/full.ts', 'src/explain/brief.ts'],
  '#messages': ['src/tl/generated/mtproto/client.ts', 'src/tl/generated/mtproto/compact.ts'],
  '#check-given': ['src/files/check-given.ts', 'src/files/check-nothing.ts'],
  '#locate-error': ['src/tl/locate-error.ts', 'src/tl/locate-nothing.ts'],
  '#methods': ['src/tl/generated/client/methods.ts', 'src/tl/generated/compact/methods.ts'],
  '#open-place': ['src/files/open-place.ts', 'src/files/open-nowhere.ts'],
  '#pack': ['src/transport/session/pack.ts', 'src/transport/session/pack-nothing.ts'],
  '#pbkdf2': ['src/crypto/pbkdf2-native.ts', 'src/crypto/pbkdf2-portable.ts'],
  '#probe-tools': ['src/probe/tools/node.ts', 'src/probe/tools/web.ts'],
  '#platform': ['src/client/platform/node.ts', 'src/client/platform/web.ts'],
}

/** Paths inside the project that `imported` means in `from`; undefined for packages and `node:*`. */
export function targetsOf(from: Module, imported: Import): readonly string[] | undefined {
  const { specifier } = imported
  const either = EITHER[specifier]
  if (either) return either
  if (!specifier.startsWith('.')) return undefined
  return [posix.normalize(posix.join(posix.dirname(from.path), specifier))]
}

/** The modules that `from` imports, each with the import that says so; files that are no modules are left out. */
export function* importedModules(project: Project, from: Module): Generator<{ target: Module; imported: Import }> {
  for (const imported of from.imports) {
    for (const path of targetsOf(from, imported) ?? []) {
      const target = project.module(path)
      if (target) yield { target, imported }
    }
  }
}
