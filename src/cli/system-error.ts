/**
 * What the system says about files and ports, in words.
 */

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EEXIST: 'a file of that name is there already',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  ELOOP: 'its symbolic links lead in a circle, or there are too many of them',
  ENAMETOOLONG: 'its name, or the path to it, is too long for this system',
  EMFILE: 'this process has too many files and connections open',
  EIO: 'the disk reports an error',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EADDRINUSE: 'the port is in use; choose another, or 0 for any that is free',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host name',
  EAI_AGAIN: 'the host name could not be looked up',
}

/** The reason in an error of the system. */
export function reasonOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  return REASONS[code] ?? (code || message)
}
