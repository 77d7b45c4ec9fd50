// Asking the API. The session is a cookie that no script can read; nothing of it is kept here.
import { t } from './texts.js'

export const root = new URL('../../', import.meta.url)
export const at = (path) => new URL(path, root).href

export class Refused extends Error {
  constructor(status, said) {
    super(said?.message || said?.msg || (typeof said?.error === 'string' ? said.error : '') || t(status === 404 ? 'not_found' : 'failed'))
    this.status = status
    this.said = said || {}
  }
}

async function send(path, { method = 'GET', body, query } = {}) {
  const url = new URL(path, root)
  for (const [name, value] of Object.entries(query || {})) if (value != null) url.searchParams.set(name, value)
  const options = { method, headers: { Accept: 'application/json' } }
  if (body) {
    options.headers['Content-Type'] = 'application/json'
    options.body = JSON.stringify(body)
  }
  let answer
  try {
    answer = await fetch(url, options)
  } catch {
    throw new Refused(0, { message: t('unreachable') })
  }
  const said = await answer.json().catch(() => null)
  if (!answer.ok) throw new Refused(answer.status, said)
  return said
}

let renewals = 0
let renewing = null

// The session lives longer than its token, which is renewed once for all that found it old at the same time.
export async function ask(path, options) {
  const before = renewals
  try {
    return await send(path, options)
  } catch (problem) {
    if (problem.status !== 401 || path === 'auth/login') throw problem
    if (renewals === before) {
      renewing ||= send('auth/refresh-token')
        .then(() => renewals++)
        .finally(() => (renewing = null))
      await renewing.catch(() => {
        throw problem
      })
    }
    return send(path, options)
  }
}

// Rows of a list that comes as lists of values under one head.
export function unfolded(answer) {
  const heads = answer.shot_fields || answer.asset_fields
  const row = (names, values) => Object.fromEntries(names.map((name, place) => [name, values[place]]))
  return answer.rows.map((values) => {
    const entity = row(heads, values)
    entity.tasks = entity.tasks.map((task) => row(answer.task_fields, task))
    return entity
  })
}

export const byId = (rows) => new Map(rows.map((row) => [row.id, row]))
