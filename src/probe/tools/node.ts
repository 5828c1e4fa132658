/**
 * What probes find on Node, Bun and Deno: files, and the program ffmpeg.
 */
import { openFile } from '../../files/source-file.ts'
import { ffmpeg } from './ffmpeg.ts'
import type { ProbeTools } from './tools.ts'

export const tools: ProbeTools = { openPath: openFile, ffmpeg }
