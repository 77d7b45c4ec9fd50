// A production: its shots or assets, and how far each of their tasks is.
import { ask, at, byId, unfolded } from './api.js'
import { chip, day, h } from './dom.js'
import { lang, t } from './texts.js'

const OF = {
  shots: { fields: 'name,canceled,preview_file_id,nb_frames,sequence_name,episode_name,tasks', group: (row) => [row.episode_name, row.sequence_name].filter(Boolean).join(' / ') },
  assets: { fields: 'name,canceled,preview_file_id,asset_type_name,tasks', group: (row) => row.asset_type_name || '' },
}
const LINES = 40 // of a piece of the table, which is drawn when it comes near
const NEAR = '1200px'

export async function production(desk, id, section) {
  const kind = section in OF ? section : 'shots'
  const list = { project_id: id, compact: true, fields: OF[kind].fields }
  const [project, types, statuses, answer] = await Promise.all([
    ask(`data/projects/${id}`),
    ask('data/task-types', { query: { fields: 'name,priority' } }),
    ask('data/task-status', { query: { fields: 'name,short_name,color,is_default' } }),
    ask(`data/${kind}/with-tasks`, { query: list }),
  ])
  const rows = unfolded(answer).filter((row) => !row.canceled)
  for (const row of rows) row.group = OF[kind].group(row)
  const order = new Intl.Collator(lang(), { numeric: true }).compare
  rows.sort((a, b) => order(a.group, b.group) || order(a.name, b.name))
  const status = byId(statuses)
  desk.title(`${project.name}, ${t(kind)}`, [[project.name, `productions/${id}`]])

  const used = new Set(rows.flatMap((row) => row.tasks.map((task) => task.task_type_id)))
  const columns = types.filter((type) => used.has(type.id)).sort((a, b) => (a.priority ?? 99) - (b.priority ?? 99) || a.name.localeCompare(b.name))
  const table = grid(kind, columns)
  const found = h('span.faint', { role: 'status' })
  const near = new IntersectionObserver(
    (seen) => {
      for (const { target, isIntersecting } of seen) {
        if (!isIntersecting) continue
        near.unobserve(target)
        target.replaceChildren(...target.lines.map((line) => (line.id ? lineOf(line, kind, id, columns, status) : h('tr', {}, h('th', { scope: 'rowgroup', colspan: columns.length + 2 }, line.group)))))
      }
    },
    { rootMargin: NEAR }
  )
  desk.signal.addEventListener('abort', () => near.disconnect())

  function fill(word) {
    const wanted = word.trim().toLowerCase().split(/\s+/)
    const says = (row) => [row.name, row.group, ...row.tasks.map((task) => status.get(task.task_status_id)?.short_name)].join(' ').toLowerCase()
    const kept = word.trim() ? rows.filter((row) => ((said) => wanted.every((one) => said.includes(one)))(says(row))) : rows
    const lines = kept.flatMap((row, place) => (row.group && row.group !== kept[place - 1]?.group ? [{ group: row.group }, row] : row))
    near.disconnect()
    table.querySelectorAll('tbody').forEach((old) => old.remove())
    for (let from = 0; from < lines.length; from += LINES) {
      const body = h('tbody', {}, h('tr', {}, h('td', { colspan: columns.length + 2 })))
      body.lines = lines.slice(from, from + LINES)
      body.firstChild.style.height = `calc(var(--row) * ${body.lines.length})`
      table.append(body)
      near.observe(body)
    }
    found.textContent = t('found', { count: kept.length })
  }
  fill('')

  return [
    h('h1', {}, project.name),
    h(
      'div.bar',
      {},
      tabs(desk, project, kind),
      h('input', { type: 'search', 'aria-label': t('filter'), placeholder: t('filter'), oninput: (event) => fill(event.target.value) }),
      found,
      totals(rows, statuses)
    ),
    rows.length ? h('div.scroll', {}, table) : h('p', {}, t('nothing')),
  ]
}

// Vendors are shown none, and who is a vendor in one production alone reads so.
export async function playlists(desk, id) {
  const [project, lists] = await Promise.all([ask(`data/projects/${id}`), ask(`data/projects/${id}/playlists`)])
  desk.title(`${project.name}, ${t('playlists')}`, [[project.name, `productions/${id}`]])
  const link = (one) => h('a.card', { href: at(`productions/${id}/playlists/${one.id}`) }, h('span', {}, h('b', {}, one.name), h('span.faint', {}, day(one.updated_at))))
  return [
    h('h1', {}, project.name),
    h('div.bar', {}, tabs(desk, project, 'playlists')),
    lists.length ? h('ul.productions', {}, lists.map((one) => h('li', {}, link(one)))) : h('p', {}, t('nothing')),
  ]
}

function tabs(desk, project, now) {
  const tab = (name) => h('a', { href: at(`productions/${project.id}/${name}`), 'aria-current': name === now ? 'page' : null }, t(name))
  return h('nav.tabs', { 'aria-label': project.name }, tab('shots'), tab('assets'), desk.session.user.role !== 'vendor' && tab('playlists'))
}

function grid(kind, columns) {
  return h(
    'table.grid',
    {},
    h('colgroup', {}, h('col.name'), kind === 'shots' && h('col.frames'), columns.map(() => h('col.task'))),
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('name')), kind === 'shots' && h('th.number', { scope: 'col' }, t('frames')), columns.map((type) => h('th', { scope: 'col', title: type.name }, type.name))))
  )
}

function lineOf(row, kind, project, columns, status) {
  const picture = row.preview_file_id && h('img', { src: at(`pictures/thumbnails/preview-files/${row.preview_file_id}.png`), alt: '', loading: 'lazy' })
  const cell = (type) => h('td', {}, row.tasks.filter((task) => task.task_type_id === type.id).map((task) => chip(status.get(task.task_status_id))))
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, h('a', { href: at(`productions/${project}/${kind}/${row.id}`) }, h('span.thumb', {}, picture), row.name)),
    kind === 'shots' && h('td.number', {}, row.nb_frames ?? ''),
    columns.map(cell)
  )
}

// How many tasks are in which status.
function totals(rows, statuses) {
  const counts = new Map()
  for (const row of rows) for (const task of row.tasks) counts.set(task.task_status_id, (counts.get(task.task_status_id) || 0) + 1)
  return h('p.totals', {}, statuses.filter((one) => counts.has(one.id)).map((one) => chip(one, ` ${counts.get(one.id)}`)))
}
