// What is drawn where: the addresses, the head of each page, and the way between them (docs/front-page.md).
import { ask, at, root } from './api.js'
import { h } from './dom.js'
import { lang, speak, t } from './texts.js'
import { elsewhere, forgotten, reset, setUp, signIn } from './signin.js'
import { studio } from './studio.js'
import { playlists, production } from './production.js'
import { entity, task } from './entity.js'
import { playlist, shared } from './player.js'

const ID = '([0-9a-f-]{36})'
const IN = `^productions/${ID}(?:/episodes/[\\w-]+)?`
const PAGES = [
  [/^(?:login)?$/, studio],
  [/^reset-password$/, forgotten, true],
  [/^reset-change-password$/, reset, true],
  [/^playlists\/shared\/([\w-]+)$/, shared, true],
  [new RegExp(`${IN}/playlists/${ID}$`), playlist],
  [new RegExp(`${IN}/playlists$`), playlists],
  [new RegExp(`${IN}/\\w+/tasks/${ID}$`), task],
  [new RegExp(`${IN}/(\\w+)/${ID}$`), entity],
  [new RegExp(`${IN}(?:/(\\w+))?$`), production],
]
const top = document.getElementById('top')
const main = document.getElementById('main')
const { who } = document.documentElement.dataset
let session = null
let refusal = ''
let trouble = null
let turn = 0
let leaving = new AbortController()

const here = () => location.pathname.slice(root.pathname.length).replace(/\/$/, '')

async function recognise() {
  if (who === 'stranger') return
  trouble = null
  try {
    await enter(await ask('auth/authenticated'))
  } catch (problem) {
    const isNobody = [401, 403, 422].includes(problem.status) || (who === 'named' && problem.status === 400)
    if (isNobody) refusal = problem.message
    else trouble = problem
  }
}

async function enter(found) {
  session = { user: found.user, organisation: found.organisation }
  const language = (found.user.locale || '').split(/[-_]/)[0]
  if (language && language !== lang()) await speak(language)
}

async function leave() {
  try {
    await ask('auth/logout')
  } catch (problem) {
    if (![401, 422].includes(problem.status)) return main.prepend(h('p.wrong', { role: 'alert' }, problem.message))
  }
  session = null
  go('')
}

function head(open) {
  const name = session?.organisation?.name || 'Kitsulite'
  const parts = [
    h('a.skip', { href: '#main' }, t('skip')),
    h('a.brand', { href: at('') }, name),
    h('nav', { id: 'trail', 'aria-label': t('trail') }),
    session
      ? h('div.who', {}, h('span', {}, `${session.user.first_name} ${session.user.last_name}`.trim()), who !== 'named' && h('button.quiet', { type: 'button', onclick: leave }, t('sign_out')))
      : !open && h('span.who', {}, t('signed_out')),
  ]
  top.replaceChildren(...parts.filter(Boolean))
}

// What a page is handed: where it is, who looks, and how it says its name.
function desk(mine) {
  return {
    session,
    signal: leaving.signal,
    // Somebody signed in: show them what they came for, or another page.
    async enter(found, path) {
      await enter(found)
      await (path == null ? draw({ moved: true }) : go(path))
    },
    redraw: () => draw({ moved: true }),
    go,
    title(name, trail = []) {
      if (mine !== turn) return
      document.title = name ? `${name} · ${session?.organisation?.name || 'Kitsulite'}` : session?.organisation?.name || 'Kitsulite'
      document.getElementById('trail').replaceChildren(...trail.map(([label, path]) => h('a', { href: at(path) }, label)))
    },
  }
}

async function draw({ moved = false, down = 0 } = {}) {
  const mine = ++turn
  leaving.abort()
  leaving = new AbortController()
  const path = here()
  const found = PAGES.find(([pattern]) => pattern.test(path))
  if (trouble && !found?.[2]) await recognise() // what went wrong may be over
  head(found?.[2])
  main.setAttribute('aria-busy', 'true')
  const shown = desk(mine)
  let page
  try {
    if (!found) throw new Error(t('not_found'))
    if (trouble && !found[2]) throw trouble
    page = found[2] || session ? await found[1](shown, ...found[0].exec(path).slice(1)) : who === 'named' ? elsewhere(shown, refusal) : signIn(shown)
  } catch (problem) {
    if (mine !== turn) return
    if (problem.status === 401 && session) {
      session = null
      return draw({ moved })
    }
    shown.title('')
    page = problem.said?.two_factor_authentication_required
      ? setUp(shown)
      : [h('h1', {}, t('sorry')), h('p.wrong', { role: 'alert' }, problem.message), h('p', {}, h('a', { href: at('') }, t('home')))]
  }
  if (mine !== turn) return
  main.replaceChildren(...[page].flat())
  main.removeAttribute('aria-busy')
  scrollTo(0, down)
  if (moved) {
    const heading = main.querySelector('[data-first], h1')
    if (heading?.tagName === 'H1') heading.tabIndex = -1
    heading?.focus({ preventScroll: true })
  } else main.querySelector('[data-first]')?.focus()
}

export function go(path, state = null) {
  history.replaceState({ ...history.state, down: scrollY }, '')
  history.pushState(state, '', at(path))
  return draw({ moved: true })
}

addEventListener('popstate', (event) => draw({ moved: true, down: event.state?.down || 0 }))
addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href]')
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || link.target) return
  const path = link.href.startsWith(root.href) ? link.href.slice(root.href.length) : '?'
  if (/[?#]/.test(path) || !PAGES.some(([pattern]) => pattern.test(path))) return
  event.preventDefault()
  go(path)
})

history.scrollRestoration = 'manual'
const icon = document.querySelector('link[rel=icon]')
icon.href = icon.href // in full: it is looked at again from wherever this goes
await Promise.all([speak(document.documentElement.lang).catch(() => {}), recognise()])
await draw()
