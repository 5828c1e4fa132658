/**
 * The libraries that tell more of a file, where they are installed. Each is loaded when the first file needs it.
 */

/** Why a library is of no help. */
export class LibraryMissing extends Error {
  override readonly name: string = 'LibraryMissing'
}

/** Reads films and sounds: https://mediabunny.dev */
export function loadMediabunny(): Promise<typeof import('mediabunny')> {
  return import('mediabunny').catch(missing('mediabunny', 'films and sounds'))
}

/** Reads the sizes of images: https://github.com/sindresorhus/image-dimensions */
export function loadImageDimensions(): Promise<typeof import('image-dimensions')> {
  return import('image-dimensions').catch(missing('image-dimensions', 'HEIC and AVIF images'))
}

function missing(name: string, what: string): (cause: unknown) => never {
  return (cause) => {
    throw new LibraryMissing(`little is known of ${what} without the package ${name}; install it beside this one`, {
      cause,
    })
  }
}
