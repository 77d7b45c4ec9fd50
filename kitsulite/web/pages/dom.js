// Making elements. A text only ever becomes a text: nothing here reads markup, so whatever somebody called a shot is shown as it is.
import { lang } from './texts.js'

export function h(kind, given = {}, ...children) {
  const [tag, ...classes] = kind.split('.')
  const node = document.createElement(tag)
  if (classes.length) node.className = classes.join(' ')
  for (const [name, value] of Object.entries(given)) {
    if (value == null || value === false) continue
    if (typeof value === 'function') node.addEventListener(name.slice(2), value)
    else if (name === 'value' || name === 'checked') node[name] = value
    else node.setAttribute(name, value === true ? '' : value)
  }
  node.append(...children.flat(2).filter((child) => child != null && child !== false && child !== ''))
  return node
}

// A status: the only loud thing on a page. Those that nothing has been done for stay quiet.
export function chip(status, extra = '') {
  const node = h('span.chip', { title: status?.name }, `${status?.short_name || status?.name || '?'}${extra}`)
  if (/^#[0-9a-f]{6}$/i.test(status?.color || '') && !status.is_default) {
    const parts = [1, 3, 5].map((at) => parseInt(status.color.slice(at, at + 2), 16) / 255)
    const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    node.style.background = status.color
    node.style.borderColor = status.color
    node.style.color = 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff'
  }
  return node
}

// What somebody wrote, with its addresses of the web as links; any other kind of address stays a text.
export function written(text) {
  const parts = (text || '').split(/(https?:\/\/[^\s<>"')\]]+)/)
  return h('p.written', {}, parts.map((part, at) => (at % 2 ? h('a', { href: part, rel: 'noreferrer noopener', target: '_blank' }, part) : part)))
}

const zoned = (text) => new Date(/[Z+]/.test(text.slice(10)) ? text : `${text}Z`)
export const day = (text) =>
  text ? new Intl.DateTimeFormat(lang(), { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${text.slice(0, 10)}T00:00Z`)) : ''
export const moment = (text) =>
  text ? h('time', { datetime: zoned(text).toISOString() }, new Intl.DateTimeFormat(lang(), { dateStyle: 'medium', timeStyle: 'short' }).format(zoned(text))) : ''

export const initials = (name) => name.split(/\s+/).map((word) => [...word][0] || '').slice(0, 2).join('').toUpperCase()

// A picture of somebody or something, else what its name begins with.
export const portrait = (name, src) => (src ? h('img.portrait', { src, alt: '', loading: 'lazy' }) : h('span.portrait', { 'aria-hidden': 'true' }, initials(name)))

export function field(label, given) {
  return h('label', {}, h('span', {}, label), h(given.rows ? 'textarea' : 'input', given))
}

// A form that asks nothing twice while it is on its way, and says what was wrong.
export function form(given, fields, button, act) {
  const wrong = h('p.wrong', { role: 'alert' })
  const send = h('button', { type: 'submit' }, button)
  const node = h(
    'form',
    {
      ...given,
      onsubmit: async (event) => {
        event.preventDefault()
        if (send.disabled) return
        send.disabled = true
        wrong.textContent = ''
        try {
          await act(Object.fromEntries(new FormData(node)), node)
        } catch (problem) {
          wrong.textContent = problem.message
          node.querySelector('input, textarea')?.focus()
        }
        send.disabled = false
      },
    },
    fields,
    wrong,
    send
  )
  return node
}
