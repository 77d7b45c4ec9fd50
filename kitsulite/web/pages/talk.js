// What people said: the comments of a task, for the studio and for guests.
import { at } from './api.js'
import { chip, h, moment, portrait, written } from './dom.js'
import { t } from './texts.js'

// base   below which the API answers whoever looks
// show   shows a revision that came with a comment, where there is a screen
export function comment(row, base, show) {
  const who = row.person ? row.person.full_name || `${row.person.first_name} ${row.person.last_name || ''}`.trim() : t('somebody')
  const face = row.person?.has_avatar && at(`${base}pictures/thumbnails/persons/${row.person.id}.png`)
  const files = base ? `${base}attachment-files` : 'data/attachment-files'
  return h(
    'article.comment',
    {},
    portrait(who, face),
    h(
      'div',
      {},
      h('header', {}, h('b', {}, who), row.task_status && chip(row.task_status), (row.previews || []).map((one) => show && h('button.quiet', { type: 'button', onclick: () => show(one) }, `v${one.revision}`)), h('span.faint', {}, moment(row.created_at))),
      row.text && written(row.text),
      row.checklist?.length ? h('ul.checklist', {}, row.checklist.map((item) => h('li', {}, item.checked ? '☑ ' : '☐ ', item.text))) : null,
      row.attachment_files?.length
        ? h('p.files', {}, row.attachment_files.map((file) => h('a', { href: at(`${files}/${file.id}/file/${encodeURIComponent(file.name)}`), download: true }, file.name)))
        : null,
      (row.replies || []).map((reply) => h('div.reply', {}, h('b', {}, reply.person ? `${reply.person.first_name} ${reply.person.last_name}`.trim() : t('somebody')), ' ', h('span.faint', {}, moment(reply.date)), written(reply.text)))
    )
  )
}
