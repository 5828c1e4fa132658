/**
 * MIME types by file name: the kinds of files that people send.
 */

/** `type/`, then for each of its subtypes the file name extensions; a subtype without `=` is its own extension. */
const TYPES: Readonly<Record<string, string>> = {
  image: 'jpeg=jpg,jpe,jpeg,jfif png gif webp bmp avif heic heif tiff=tif,tiff svg+xml=svg vnd.microsoft.icon=ico',
  video: 'mp4=mp4,m4v webm quicktime=mov,qt x-matroska=mkv x-msvideo=avi mpeg=mpg,mpeg 3gpp=3gp',
  audio: 'mpeg=mp3 mp4=m4a aac flac ogg=ogg,oga,opus wav x-ms-wma=wma midi=mid,midi',
  text: 'plain=txt,log html=html,htm css csv markdown=md javascript=js,mjs xml calendar=ics vcard=vcf',
  application:
    'pdf zip json gzip=gz x-tar=tar x-7z-compressed=7z vnd.rar=rar x-bzip2=bz2 x-xz=xz zstd=zst epub+zip=epub rtf ' +
    'x-tgsticker=tgs vnd.android.package-archive=apk x-bittorrent=torrent wasm sql msword=doc vnd.ms-excel=xls ' +
    'vnd.ms-powerpoint=ppt ' +
    'vnd.openxmlformats-officedocument.wordprocessingml.document=docx ' +
    'vnd.openxmlformats-officedocument.spreadsheetml.sheet=xlsx ' +
    'vnd.openxmlformats-officedocument.presentationml.presentation=pptx',
}

let table: Map<string, string> | undefined

/** The MIME type that a file's name stands for; undefined if none. */
export function mimeByName(name: string): string | undefined {
  if (!table) {
    table = new Map()
    for (const [type, subtypes] of Object.entries(TYPES)) {
      for (const entry of subtypes.split(' ')) {
        const [subtype, extensions = subtype] = entry.split('=')
        for (const extension of extensions!.split(',')) table.set(extension, `${type}/${subtype}`)
      }
    }
  }
  const extension = /\.([^.]+)$/.exec(name)?.[1]
  return table.get(extension?.toLowerCase() ?? '')
}
