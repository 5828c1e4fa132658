/**
 * `mtproto-upload serve`: its help text and its way in. What it does is in `serve.ts`, loaded when it runs.
 */
import type { Command } from './command.ts'
import { readServeJob } from './serve-options.ts'

const HELP = `Usage: mtproto-upload serve [OPTION]...

Runs a datacenter to try clients on: any MTProto 2.0 client can exchange keys,
log in with any bot token, upload files and make media of them. All framings,
obfuscation and WebSocket are served on one port. People can log in too: Alice
by the number 9996610001 and Bob by 9996610002, with the code 11111. What is
uploaded is forgotten when the server stops.

  --port N            TCP port; any free one by default
  --host ADDRESS      address to listen on; 127.0.0.1 by default
  --write-key FILE    write the public key for clients, PEM (PKCS#1); without
                      this, the key is printed
  --key FILE          use this private key, PEM, RSA of 2048 bits; by default, a
                      new one is made at each start
  --dc-id N           number of the datacenter; 2 by default
  --dcs N             run datacenters 1 to N instead, at ports in a row from
                      --port on; all know the same accounts and files
  --pfs               refuse clients without perfect forward secrecy
  --storage DIR       folder for the file that holds what is uploaded; that of
                      the system for temporary files by default
  --secret HEX        run an MTProxy in front of it, too, with this secret: 16
                      bytes; or dd and 16 bytes; or ee, 16 bytes and a domain,
                      for fake TLS; its tg://proxy link is printed
  --proxy-port N      TCP port of the MTProxy; any free one by default
  -v, --verbose       print each request on standard error
  -h, --help          this text

The address and where the key is go to standard output. Ctrl+C stops the server:
exit code 0.

Example:
  mtproto-upload serve --port 4430 --write-key key.pem
`

export const command: Command = {
  help: HELP,
  prepare(argv) {
    const job = readServeJob(argv)
    return { verbose: job.verbose, run: async () => (await import('./serve.ts')).serve(job) }
  },
}
