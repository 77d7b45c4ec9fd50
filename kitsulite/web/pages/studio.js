// The front page of who is signed in: the productions, and where everything else is.
import { ask, at, byId } from './api.js'
import { day, h, portrait } from './dom.js'
import { links } from './signin.js'
import { t } from './texts.js'

export async function studio(desk) {
  const [projects, statuses] = await Promise.all([
    ask('data/projects/open', { query: { fields: 'name,code,has_avatar,production_type,start_date,end_date,project_status_id' } }),
    ask('data/project-status', { query: { fields: 'name' } }),
  ])
  const words = byId(statuses)
  desk.title('')
  const dates = ({ start_date: from, end_date: until }) => (from || until) && `${day(from) || '…'} – ${day(until) || '…'}`
  return [
    h('h1', {}, t('productions')),
    projects.length
      ? h(
          'ul.productions',
          {},
          projects.map((one) =>
            h(
              'li',
              {},
              h(
                'a.card',
                { href: at(`productions/${one.id}`) },
                portrait(one.name, one.has_avatar && at(`pictures/thumbnails/projects/${one.id}.png`)),
                h('span', {}, h('b', {}, one.name), h('span.faint', {}, [dates(one), words.get(one.project_status_id)?.name].filter(Boolean).join(' · ')))
              )
            )
          )
        )
      : h('p', {}, t('no_productions')),
    h('aside.about', {}, h('p', {}, t('what')), desk.session.user.role === 'admin' && h('p', {}, t('add_client'), ' ', h('code', {}, 'kitsulite serve --ui kitsu.tgz')), links()),
  ]
}
