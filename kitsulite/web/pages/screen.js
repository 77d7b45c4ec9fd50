// A picture or a movie, as large as there is room for it.
import { at } from './api.js'
import { h } from './dom.js'
import { t } from './texts.js'

const MOVIES = ['mp4', 'mov', 'webm', 'm4v', 'mkv', 'avi']
const PICTURES = ['png', 'jpg', 'jpeg', 'gif', 'webp', 'tif', 'tiff', 'exr', 'hdr', 'psd', 'bmp', 'tga']

// base  below which the API answers whoever looks
export function screen(file, base = '', more = {}) {
  const label = `${file.name || ''} v${file.revision ?? ''}`.trim()
  if (MOVIES.includes(file.extension))
    return h('video', { src: at(`${base}movies/originals/preview-files/${file.id}.mp4#t=0.001`), controls: true, playsinline: true, preload: 'metadata', 'aria-label': label, ...more })
  if (PICTURES.includes(file.extension)) return h('img', { src: at(`${base}pictures/originals/preview-files/${file.id}.png`), alt: label })
  const path = base ? `${base}preview-files/${file.id}/download` : `pictures/originals/preview-files/${file.id}/download`
  return h('p.none', {}, h('a', { href: at(path), download: true }, t('download', { kind: (file.extension || '').toUpperCase() })))
}
