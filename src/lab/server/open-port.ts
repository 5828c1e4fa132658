/**
 * Opens a port: what every listener of the laboratory begins with.
 */
import type { AddressInfo, Server } from 'node:net'

/** Where to listen. */
export interface PortOptions {
  /** 0, the default, takes any free one. */
  readonly port?: number | undefined
  /** 127.0.0.1 unless told. */
  readonly address?: string | undefined
}

/**
 * Lets a server listen; resolves with where it does.
 * @throws the system's error (`EADDRINUSE`, `EACCES`, …) if the port cannot be had
 */
export async function openPort(
  server: Server,
  { port = 0, address = '127.0.0.1' }: PortOptions,
): Promise<{ readonly host: string; readonly port: number }> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const at = server.address() as AddressInfo
  return { host: at.address, port: at.port }
}
