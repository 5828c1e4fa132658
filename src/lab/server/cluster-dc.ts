/**
 * One DC of a cluster: a server behind as many doors as it has addresses.
 */
import type { Host } from '../../host.ts'
import { httpListener } from './http.ts'
import { type Listener, listen } from './listen.ts'
import type { TestServer } from './server.ts'
import { reachable } from './start.ts'
import type { DcAddress } from './world.ts'

/** An address of a DC, and what came in there. */
export interface ClusterDoor {
  /** As clients are told it. */
  readonly address: DcAddress
  /** Connections taken so far; of HTTP, none. */
  readonly taken: number
}

interface Door extends ClusterDoor {
  address: DcAddress
  /** Address to listen on. */
  readonly at: string
  taken: number
  listener: Listener | undefined
}

/** A DC that can be put down and up; `startCluster` makes them. */
export class ClusterDc {
  readonly server: TestServer
  readonly #host: Host
  readonly #doors: Door[] = []

  constructor(server: TestServer, host: Host) {
    this.server = server
    this.#host = host
  }

  /** Its number. */
  get id(): number {
    return this.server.dcId
  }

  /** Its ordinary address. */
  get host(): string {
    return this.#doors[0]!.address.host
  }

  /** Port of its ordinary address. */
  get port(): number {
    return this.#doors[0]!.address.port
  }

  /** All its addresses, the ordinary one first. */
  get doors(): readonly ClusterDoor[] {
    return this.#doors
  }

  /** The address for media alone, where there is one. */
  get media(): ClusterDoor | undefined {
    return this.#doors.find(({ address }) => address.mediaOnly)
  }

  /** Opens another door, and tells the world of it. */
  async open({
    address: at,
    port,
    ...flags
  }: Omit<DcAddress, 'id' | 'host'> & { readonly address: string }): Promise<void> {
    const address = { id: this.id, host: reachable(at), port, ...flags }
    const door: Door = { at, address, taken: 0, listener: undefined }
    door.listener = await this.#listen(door)
    door.address = { ...address, port: door.listener.port }
    this.#doors.push(door)
    this.server.world.addDc(door.address)
  }

  /**
   * Goes down: nobody gets in, whoever was in is dropped. Keys stay known, and clients are still told of its addresses.
   * @param which all doors unless told
   */
  async down(which: (door: ClusterDoor) => boolean = () => true): Promise<void> {
    await Promise.all(
      this.#doors.filter(which).map(async (door) => {
        const { listener } = door
        door.listener = undefined
        await listener?.close()
      }),
    )
  }

  /** Comes back, at the same addresses. */
  async up(): Promise<void> {
    for (const door of this.#doors) door.listener ??= await this.#listen(door)
  }

  /** Goes down for good; nobody is told of it any more. */
  async close(): Promise<void> {
    for (const { address } of this.#doors) this.server.world.removeDc(address)
    this.server.close()
    await this.down()
  }

  #listen(door: Door): Promise<Listener> {
    const { server } = this
    return listen({
      timers: this.#host,
      host: door.at,
      port: door.address.port,
      onConnection: (carrier, { remote }) => {
        door.taken++
        return server.acceptFrom(carrier, remote)
      },
      onRequest: httpListener(server.post, this.#host),
    })
  }
}
