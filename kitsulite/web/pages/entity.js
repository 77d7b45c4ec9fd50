// One shot or asset: the newest preview, its tasks with what was said, what it is made of.
import { ask, at, byId } from './api.js'
import { chip, day, h } from './dom.js'
import { notes } from './notes.js'
import { screen } from './screen.js'
import { comment } from './talk.js'
import { t } from './texts.js'

const KINDS = { Shot: 'shots', Asset: 'assets', Edit: 'edits', Sequence: 'sequences', Episode: 'episodes', Concept: 'concepts' }

// Mails name a task: it is shown with its entity.
export async function task(desk, project, id) {
  const { entity_id: of, task_type: type } = await ask(`data/tasks/${id}/full`)
  return entity(desk, project, KINDS[type.for_entity] || 'assets', of, id)
}

export async function entity(desk, project, kind, id, first = null) {
  if (!Object.values(KINDS).includes(kind)) throw new Error(t('not_found'))
  const [found, tasks, types, statuses, people, files, cast] = await Promise.all([
    ask(`data/${kind}/${id}`),
    ask(`data/${kind}/${id}/tasks`, { query: { relations: true } }),
    ask('data/task-types', { query: { fields: 'name,priority' } }),
    ask('data/task-status', { query: { fields: 'name,short_name,color,is_default' } }),
    ask('data/persons', { query: { fields: 'first_name,last_name' } }),
    ask(`data/entities/${id}/preview-files`),
    desk.session.user.role === 'vendor' ? [] : casting(project, kind, id),
  ])
  const type = byId(types)
  const place = (one) => [one.id === first ? 0 : 1, type.get(one.task_type_id)?.priority ?? 99]
  tasks.sort((a, b) => place(a)[0] - place(b)[0] || place(a)[1] - place(b)[1])
  const said = await Promise.all(tasks.map((one) => ask(`data/tasks/${one.id}/comments`).catch(() => [])))

  const within = [found.episode_name, found.sequence_name || found.asset_type_name].filter(Boolean)
  const list = KINDS.Shot === kind || KINDS.Asset === kind ? kind : ''
  desk.title(found.name, [
    [found.project_name || t('production'), `productions/${project}`],
    ...(list ? [[t(list), `productions/${project}/${list}`]] : []),
  ])

  const stage = h('div.stage')
  const newest = files.filter((file) => file.status === 'ready').sort((a, b) => b.created_at.localeCompare(a.created_at) || a.position - b.position)[0]
  const below = h('div')
  let shown = null
  async function show(file) {
    shown = file
    stage.replaceChildren(screen(file))
    below.replaceChildren()
    const whole = await ask(`data/preview-files/${file.id}`, { query: { fields: 'annotations,width,height' } }).catch(() => ({}))
    if (shown === file) below.append(...[notes(whole, stage)].filter(Boolean))
  }
  if (newest) show(newest)

  const names = byId(people)
  const status = byId(statuses)
  const name = (person) => `${names.get(person)?.first_name || ''} ${names.get(person)?.last_name || ''}`.trim()
  return [
    h('h1', {}, within.length ? h('span.faint', {}, `${within.join(' / ')} / `) : null, found.name),
    h(
      'div.two',
      {},
      h('div.left', {}, newest ? [stage, below] : null, facts(found), cast.length ? [h('h2', {}, t(kind === 'assets' ? 'cast_in' : 'casting')), h('ul.cast', {}, cast.map((one) => h('li', {}, h('a', { href: at(`productions/${project}/${one.path}`) }, one.name), h('span.faint', {}, one.note))))] : null),
      h(
        'div',
        {},
        tasks.length ? null : h('p.faint', {}, t('no_tasks')),
        tasks.map((one, at) =>
          h(
            'section.task',
            {},
            h('h2', {}, type.get(one.task_type_id)?.name || one.task_type_name, ' ', chip(status.get(one.task_status_id))),
            h('p.faint', {}, [(one.assignees || []).map(name).filter(Boolean).join(', '), one.due_date && t('due', { day: day(one.due_date) })].filter(Boolean).join(' · ')),
            said[at].map((row) => comment(row, '', (file) => show({ ...file, ...files.find((other) => other.id === file.id) })))
          )
        )
      )
    ),
  ]
}

function facts(found) {
  const { frame_in: from, frame_out: to } = { ...found.data, ...found }
  const rows = [
    [t('frames'), found.nb_frames],
    [t('frame_range'), from != null && from !== '' && to != null ? `${from} – ${to}` : null],
    [t('description'), found.description],
  ].filter(([, value]) => value)
  return rows.length ? h('dl', {}, rows.map(([label, value]) => [h('dt', {}, label), h('dd', {}, `${value}`)])) : null
}

// What a shot is made of, or where an asset is seen. Vendors may not know, and some are vendors in one production alone.
async function casting(project, kind, id) {
  if (kind !== 'shots' && kind !== 'assets') return []
  const rows = await ask(kind === 'shots' ? `data/projects/${project}/entities/${id}/casting` : `data/assets/${id}/cast-in`).catch(() => [])
  return rows
    .filter((row) => row.asset_id || row.shot_id)
    .map((row) =>
      kind === 'shots'
        ? { path: `assets/${row.asset_id}`, name: row.asset_name || row.name, note: [row.asset_type_name, row.nb_occurences > 1 && `× ${row.nb_occurences}`].filter(Boolean).join(' ') }
        : { path: `shots/${row.shot_id}`, name: row.shot_name, note: [row.episode_name, row.sequence_name].filter(Boolean).join(' / ') }
    )
}
