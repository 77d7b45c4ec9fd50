// What reviewers drew, over the moment that they drew on: objects of Fabric, of which the plain ones are shown.
import { h } from './dom.js'
import { t } from './texts.js'

const SVG = 'http://www.w3.org/2000/svg'
const number = (value, otherwise = 0) => (Number.isFinite(+value) ? +value : otherwise)
const colour = (value, otherwise) => (/^(#[0-9a-f]{3,8}|rgba?\([\d., %]+\)|[a-z]+)$/i.test(value) ? value : otherwise)
const KINDS = {
  path: (one) => ['path', { d: [one.path || []].flat(2).filter((part) => Number.isFinite(part) || /^[a-z]$/i.test(part)).join(' ') }],
  rect: (one) => ['rect', { x: -one.width / 2, y: -one.height / 2, width: one.width, height: one.height }],
  ellipse: (one) => ['ellipse', { rx: one.rx, ry: one.ry }],
  circle: (one) => ['circle', { r: one.radius }],
  text: (one) => ['text', { x: -one.width / 2 || 0, y: 0, 'font-size': one.fontSize, 'dominant-baseline': 'middle' }, one.text],
}
KINDS['i-text'] = KINDS.textbox = KINDS.text
const LATER = { ellipse: (one) => [2 * one.rx, 2 * one.ry], circle: (one) => [2 * one.radius, 2 * one.radius], text: (one) => [0, one.fontSize] }

function element(tag, given, text = '') {
  const node = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(given)) node.setAttribute(name, value)
  node.textContent = text
  return node
}

function drawn(one, width, height) {
  const kind = `${one.type}`.toLowerCase()
  if (!(kind in KINDS)) return null
  const [tag, given, text] = KINDS[kind](one)
  const [sx, sy] = [number(one.scaleX, 1), number(one.scaleY, 1)]
  const [wide, high] = LATER[kind]?.(one) || [number(one.width), number(one.height)]
  const middle = `translate(${number(one.left) + (wide * sx) / 2} ${number(one.top) + (high * sy) / 2}) rotate(${number(one.angle)}) scale(${sx} ${sy})`
  const own = kind !== 'path' ? middle : one.pathOffset ? `${middle} translate(${-number(one.pathOffset.x)} ${-number(one.pathOffset.y)})` : ''
  const whole = `scale(${width / number(one.canvasWidth || width)} ${height / number(one.canvasHeight || height)}) ${own}`
  const isText = tag === 'text'
  const paint = { fill: isText ? colour(one.fill, '#f00') : 'none', stroke: isText ? 'none' : colour(one.stroke, '#f00'), 'stroke-width': number(one.strokeWidth, 3), 'stroke-linecap': 'round' }
  return element(tag, { ...given, ...paint, transform: whole }, text)
}

// A button for each moment that somebody drew on; it shows the moment and the drawing.
export function notes(file, stage) {
  const moments = (file.annotations || []).filter((entry) => entry?.drawing?.objects?.length)
  if (!moments.length || !file.width) return null
  const show = (entry) => () => {
    const movie = stage.querySelector('video')
    movie?.pause()
    if (movie) movie.currentTime = number(entry.time)
    const layer = element('svg', { viewBox: `0 0 ${file.width} ${file.height}`, role: 'img', 'aria-label': t('drawn') })
    layer.append(...entry.drawing.objects.map((one) => drawn(one, file.width, file.height)).filter(Boolean))
    stage.querySelector('svg')?.remove()
    stage.append(layer)
    movie?.addEventListener('play', () => layer.remove(), { once: true })
  }
  const label = (time) => `✎ ${Math.floor(number(time) / 60)}:${`${Math.floor(number(time) % 60)}`.padStart(2, '0')}`
  return h('p.notes', {}, moments.map((entry) => h('button', { type: 'button', title: t('drawn'), onclick: show(entry) }, label(entry.time))))
}
