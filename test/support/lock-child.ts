/** Takes a lock when it is told to, says whether it got it, and keeps it until it is told to end: `node lock-child.js FOLDER KEY`. */
import { argv, stdin, stdout } from 'node:process'
import { folderStore } from '../../src/files/resume/folder.ts'

const store = folderStore(argv[2]!)
stdout.write('ready\n')
let release: (() => void) | undefined
let asked = false
stdin.on('data', () => {
  if (asked) {
    release?.()
    stdin.destroy()
    return
  }
  asked = true
  void store.claim!(argv[3]!).then((mine) => {
    release = mine
    stdout.write(mine ? 'mine\n' : 'not mine\n')
  })
})
