// A playlist, played: for the studio, and for guests who come with a share link.
import { ask, at, byId } from './api.js'
import { field, form, h } from './dom.js'
import { screen } from './screen.js'
import { comment } from './talk.js'
import { t } from './texts.js'

// Mails name a playlist; its entries do not know what they are called.
export async function playlist(desk, project, id) {
  const list = await ask(`data/projects/${project}/playlists/${id}`)
  const names = { query: { project_id: project, fields: 'name,sequence_name' } }
  const [{ name }, rows] = await Promise.all([ask(`data/projects/${project}`), ask(`data/${list.for_entity}s`, names).catch(() => [])])
  const known = byId(rows)
  desk.title(list.name, [[name, `productions/${project}`]])
  const named = list.shots.map((entry) => ({ ...entry, name: known.get(entry.entity_id)?.name, parent_name: known.get(entry.entity_id)?.sequence_name }))
  return theatre(desk, list.name, '', slides(named), (slide) => talk(slide, slide.task && ask(`data/tasks/${slide.task}/comments`), ''))
}

export async function shared(desk, token) {
  const base = `shared/playlists/${token}/`
  let list, context, heard
  try {
    list = await ask(base.slice(0, -1))
  } catch (problem) {
    if (problem.status !== 404) throw problem
    return locked(desk, base)
  }
  const comments = () => ask(`${base}comments`)
  ;[context, heard] = await Promise.all([ask(`${base}context`), comments()])
  desk.title(list.name, [])
  const statuses = context.task_statuses.filter((status) => status.is_client_allowed && !status.for_concept)
  const kept = `guest of ${list.id}` // a name; that it is the same guest, a cookie of the API proves

  function panel(slide) {
    const box = h('div')
    const draw = async () => box.replaceChildren(await talk(slide, heard, base))
    const say = async ({ first_name, text, task_status_id }, node) => {
      const guest = await ask(`${base}guest`, { method: 'POST', body: { first_name } })
      localStorage.setItem(kept, first_name)
      await ask(`${base}comments`, { method: 'POST', body: { guest_id: guest.id, task_id: slide.task, task_status_id, text } })
      node.querySelector('textarea').value = slide.draft = ''
      heard = await comments()
      await draw()
    }
    const now = statuses.find((status) => status.color === slide.color) || statuses[0]
    draw()
    return [
      box,
      list.can_comment && now
        ? form(
            { class: 'card', 'aria-label': t('comment') },
            [
              field(t('your_name'), { name: 'first_name', autocomplete: 'name', required: true, value: localStorage.getItem(kept) }),
              field(t('comment'), { name: 'text', rows: 3, required: true, value: slide.draft, oninput: (event) => (slide.draft = event.target.value) }),
              h('label', {}, h('span', {}, t('status')), h('select', { name: 'task_status_id' }, statuses.map((status) => h('option', { value: status.id, selected: status === now }, status.name)))),
            ],
            t('send'),
            say
          )
        : null,
    ]
  }
  return theatre(desk, list.name, base, slides(list.shots), panel, list.project_name)
}

// A link that is gone and one that wants its password answer alike, so that nobody learns which there are.
function locked(desk, base) {
  desk.title(t('shared'))
  const node = form({ class: 'card' }, [field(t('password'), { name: 'password', type: 'password', autocomplete: 'off', required: true, 'data-first': true })], t('open'), async ({ password }) => {
    await ask(base.slice(0, -1), { query: { password } }).catch((problem) => {
      throw problem.status === 404 ? new Error(t('wrong_link_password')) : problem
    })
    await desk.redraw()
  })
  return h('section.narrow', {}, h('h1', {}, t('shared')), h('p', {}, t('locked')), node)
}

// Every file of the revisions that a playlist shows, one after the other.
function slides(entries) {
  return entries.flatMap((entry) => {
    const title = [entry.parent_name, entry.name].filter(Boolean).join(' / ')
    const shared = { title, step: entry.preview_file_task_type_name, task: entry.preview_file_task_id, color: entry.task_status_color }
    const file = entry.preview_file_id && { id: entry.preview_file_id, extension: entry.preview_file_extension, revision: entry.preview_file_revision, name: title }
    return [file, ...(entry.preview_file_previews || [])].map((one) => ({ ...shared, file: one }))
  })
}

async function talk(slide, comments, base) {
  const said = slide.task ? (await Promise.resolve(comments).catch(() => [])).filter((row) => row.object_id === slide.task) : []
  return h('div', {}, said.length ? said.map((row) => comment(row, base)) : h('p.faint', {}, t('no_comments')))
}

function theatre(desk, name, base, list, panel, above = '') {
  if (!list.length) return [h('h1', {}, name), h('p', {}, t('nothing'))]
  let now = 0
  const stage = h('div.stage')
  const title = h('p.caption', { 'aria-live': 'polite' })
  const beside = h('section', { 'aria-label': t('comments') })
  const step = (by) => () => show(now + by)
  const button = (label, sign, by) => h('button', { type: 'button', 'aria-label': label, title: label, onclick: step(by) }, sign)
  const [back, on] = [button(t('previous'), '←', -1), button(t('next'), '→', 1)]
  const strip = h(
    'ol.strip',
    {},
    list.map((slide, place) =>
      h('li', {}, h('button', { type: 'button', 'aria-label': `${place + 1}: ${slide.title}`, title: slide.title, onclick: () => show(place) }, slide.file ? h('img', { src: at(`${base}pictures/thumbnails/preview-files/${slide.file.id}.png`), alt: '', loading: 'lazy' }) : slide.title))
    )
  )
  async function show(place, playing = false) {
    if (place < 0 || place >= list.length) return
    now = place
    const slide = list[now]
    stage.replaceChildren(slide.file ? screen(slide.file, base, { autoplay: playing, onended: () => beside.contains(document.activeElement) || show(now + 1, true) }) : h('p.none', {}, t('no_preview')))
    title.replaceChildren(h('b', {}, slide.title), h('span.faint', {}, [slide.step, slide.file && `v${slide.file.revision}`, `${now + 1} / ${list.length}`].filter(Boolean).join(' · ')))
    ;[...strip.children].forEach((item, at) => item.firstChild.setAttribute('aria-current', at === now))
    strip.children[now].scrollIntoView?.({ block: 'nearest', inline: 'nearest' })
    back.disabled = now === 0
    on.disabled = now === list.length - 1
    const said = [await panel(slide)].flat().filter(Boolean)
    if (now === place) beside.replaceChildren(...said)
  }
  document.addEventListener(
    'keydown',
    (event) => {
      if (event.target.closest('input, textarea, select') || event.ctrlKey || event.metaKey || event.altKey) return
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
      const movie = stage.querySelector('video')
      if (by && event.target !== movie) show(now + by)
      else if (event.key === ' ' && movie && !event.target.closest('button, a, video')) movie[movie.paused ? 'play' : 'pause']()
      else return
      event.preventDefault()
    },
    { signal: desk.signal }
  )
  show(0)
  return [h('h1', {}, above ? h('span.faint', {}, `${above} / `) : null, name), h('div.two', {}, h('div.left', {}, stage, h('div.controls', {}, back, title, on), strip), beside)]
}
