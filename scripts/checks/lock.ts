/**
 * What a lock file needs for `npm ci` to take it on every platform.
 *
 * Tools with native parts name one optional package per platform. npm writes those into the lock that the registry in use
 * carries at the moment, and leaves out the others; but `npm ci` then refuses the lock, because it wants them all. The
 * missing entries can be told from the name: version, system, processor and C library are in it. They have no integrity
 * hash until somebody installs on such a platform.
 */

/** One package of a lock file, as far as it matters here. */
export interface LockEntry {
  version?: string
  cpu?: string[]
  dev?: boolean
  libc?: string[]
  optional?: boolean
  os?: string[]
  optionalDependencies?: Record<string, string>
}

/** A lock file of version 3, keyed by where the package lies: `node_modules/a/node_modules/b`. */
export interface LockFile {
  packages: Record<string, LockEntry>
}

/** An optional package that is named and has no entry. */
export interface MissingEntry {
  readonly path: string
  readonly name: string
  readonly version: string
  readonly dev: boolean
}

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']
const LIBRARIES = [
  ['glibc', /^gnu/],
  ['musl', /^musl/],
] as const

/** Whether a package that lies at `from` finds `name` in the lock, by Node's way of looking upwards. */
function isFound(lock: LockFile, from: string, name: string): boolean {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (`${at === '' ? '' : `${at}/`}node_modules/${name}` in lock.packages) return true
    if (at === '') return false
  }
}

/** Every optional package that is named somewhere in the lock and has no entry. */
export function missingEntries(lock: LockFile): MissingEntry[] {
  return Object.entries(lock.packages).flatMap(([from, { optionalDependencies = {}, dev = false }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isFound(lock, from, name))
      .map(([name, version]) => ({ path: `node_modules/${name}`, name, version, dev })),
  )
}

/** The entry of a platform's package, told from its name. Throws where the name or the version does not tell. */
export function platformEntry({ name, version, dev }: MissingEntry): LockEntry {
  const words = name.split(/[/-]/)
  const os = words.filter((word) => SYSTEMS.includes(word))
  const cpu = words.filter((word) => PROCESSORS.includes(word))
  const libc = LIBRARIES.flatMap(([library, pattern]) => (words.some((word) => pattern.test(word)) ? [library] : []))
  if (os.length !== 1 || cpu.length !== 1 || !/^\d+\.\d+\.\d+\S*$/.test(version)) {
    throw new Error(`cannot tell the platform or the version of ${name}@${version}: install where the registry has it`)
  }
  // A C library goes with 64-bit builds only: of the 32-bit ones both kinds are tried.
  const tellsLibrary = libc.length === 1 && cpu[0] !== 'arm'
  return { version, cpu, ...(dev && { dev }), ...(tellsLibrary && { libc }), optional: true, os }
}

/** The lock with an entry for each optional package, in npm's order. */
export function completeLock(lock: LockFile): LockFile {
  const added = missingEntries(lock).map((missing) => [missing.path, platformEntry(missing)] as const)
  const entries = [...Object.entries(lock.packages), ...added]
  entries.sort(([a], [b]) => a.localeCompare(b, 'en'))
  return { ...lock, packages: Object.fromEntries(entries) }
}
