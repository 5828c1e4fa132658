/**
 * The smallest useful client for a browser: log in as a bot, upload a photo, call messages.uploadMedia. Its bundle is what
 * the size budget is about (`npm run check:size`).
 */
import { type MessageMedia, photo, UploadClient } from '../../src/index.ts'

/** Uploads a file chosen in a page, as a bot, and returns what the server made of it. */
export async function send(file: File, apiId: number, apiHash: string, botToken: string): Promise<MessageMedia> {
  const client = await UploadClient.connect({ apiId, apiHash, botToken })
  try {
    return await client.uploadMedia({ peer: 'me', media: photo(file) })
  } finally {
    await client.close()
  }
}
