// Coming in: signing in, with a second factor where there is one; forgotten passwords, and first ones.
import { ask, at } from './api.js'
import { field, form, h } from './dom.js'
import { t } from './texts.js'

const OWN = { totp: 'code_totp', email_otp: 'code_email', recovery_code: 'code_recovery' }

const page = (title, ...rest) => h('section.narrow', {}, h('h1', {}, title), rest)

export function signIn(desk) {
  desk.title(t('sign_in'))
  const factors = h('fieldset', { hidden: true })
  const node = form(
    { class: 'card' },
    [
      field(t('email'), { name: 'email', type: 'text', inputmode: 'email', autocomplete: 'username', autocapitalize: 'none', required: true, 'data-first': true }),
      field(t('password'), { name: 'password', type: 'password', autocomplete: 'current-password', required: true }),
      factors,
    ],
    t('sign_in'),
    async ({ email, password, factor, code }) => {
      try {
        const proof = factor && code ? { [factor]: code.trim() } : {}
        await desk.enter(await ask('auth/login', { method: 'POST', body: { email, password, ...proof } }))
      } catch (problem) {
        const said = problem.said || {}
        if (said.default_password) return desk.go('reset-change-password', { email, token: said.token, first: true })
        if (said.missing_OTP) return offer(factors, email, said)
        if (said.wrong_OTP) throw new Error(t('wrong_code'))
        if (said.too_many_failed_login_attemps) throw new Error(said.message)
        throw problem
      }
    }
  )
  const sso = h('p')
  const add = (one) => sso.append(h('a', { href: at(one.path) }, t('sign_in_with', one)), ' ')
  ask('config').then(({ sign_ins }) => sign_ins.forEach(add)).catch(() => {})
  return page(t('sign_in'), h('p.faint', {}, t('what')), node, sso, h('p', {}, h('a', { href: at('reset-password') }, t('forgotten'))), links())
}

// The application around says who is signed in: nobody signs in here.
export function elsewhere(desk, refusal) {
  desk.title(t('sign_in'))
  return page(t('sign_in'), h('p', {}, t('sign_in_there')), h('p.wrong', { role: 'alert' }, refusal), h('p', {}, h('a', { href: '/' }, location.host)))
}

function offer(box, email, said) {
  const known = said.two_factor_authentication_enabled.filter((name) => OWN[name])
  const preferred = known.includes(said.preferred_two_factor_authentication) ? said.preferred_two_factor_authentication : known.find((name) => name !== 'recovery_code') || known[0]
  const code = h('input', { name: 'code', autocomplete: 'one-time-code', autocapitalize: 'none', required: true })
  const note = h('p.faint', { role: 'status' })
  async function choose(name) {
    note.textContent = ''
    if (name === 'email_otp') {
      await ask('auth/email-otp', { query: { email } }).catch(() => {})
      note.textContent = t('code_sent')
    }
    code.focus()
  }
  const choices = known.map((name) =>
    h('label.choice', {}, h('input', { type: 'radio', name: 'factor', value: name, checked: name === preferred, onchange: () => choose(name) }), t(OWN[name]))
  )
  box.hidden = false
  box.replaceChildren(h('legend', {}, t('second_factor')), ...choices, h('label', {}, h('span', {}, t('code')), code), note)
  choose(preferred)
}

// Some studios let nobody in without a second factor: who has none makes an app known first.
export function setUp(desk) {
  desk.title(t('second_factor'))
  const box = h('div')
  const node = form({ class: 'card' }, [h('button', { type: 'button', onclick: begin, 'data-first': true }, t('begin')), box], t('confirm'), async ({ totp }) => {
    const { otp_recovery_codes: codes } = await ask('auth/totp', { method: 'POST', body: { totp: totp.trim() } })
    const go = h('button', { type: 'button', onclick: desk.redraw }, t('go_on'))
    node.replaceChildren(h('p', {}, t('keep_codes')), h('p.codes', {}, (codes || []).map((code) => [h('code', {}, code), h('br')])), go)
    go.focus()
  })
  const send = node.querySelector('[type=submit]')
  send.hidden = true
  async function begin(event) {
    const { otp_secret: secret, totp_provisionning_uri: address } = await ask('auth/totp', { method: 'PUT' })
    event.target.remove()
    send.hidden = false
    box.replaceChildren(h('p', {}, h('a', { href: address }, t('open_app'))), h('p', {}, t('type_secret'), ' ', h('code', {}, secret)), field(t('code_totp'), { name: 'totp', autocomplete: 'one-time-code', inputmode: 'numeric', required: true }))
    box.querySelector('input').focus()
  }
  return page(t('second_factor'), h('p.faint', {}, t('must_set_up')), node)
}

export function forgotten(desk) {
  desk.title(t('forgotten'))
  const done = h('p', { role: 'status' })
  const node = form({ class: 'card' }, [field(t('email'), { name: 'email', type: 'email', autocomplete: 'username', required: true, 'data-first': true })], t('send_link'), async ({ email }) => {
    await ask('auth/reset-password', { method: 'POST', body: { email } })
    node.replaceChildren(done)
    done.textContent = t('link_sent', { email })
  })
  return page(t('forgotten'), h('p.faint', {}, t('forgotten_how')), node, h('p', {}, h('a', { href: at('') }, t('home'))))
}

// A mailed link. Its token leaves the address bar at once; it stays with this entry of the history, for who reloads the page.
export function reset(desk) {
  const query = new URLSearchParams(location.search)
  if (query.get('token')) {
    const kept = { email: query.get('email') || '', token: query.get('token'), first: query.get('type') === 'new' }
    history.replaceState(kept, '', at('reset-change-password'))
  }
  const { email, token, first } = history.state || {}
  const title = t(first ? 'first_password' : 'new_password')
  desk.title(title)
  if (!token) return page(title, h('p.wrong', { role: 'alert' }, t('no_token')), h('p', {}, h('a', { href: at('reset-password') }, t('forgotten'))))
  const given = { type: 'password', autocomplete: 'new-password', required: true }
  const node = form(
    { class: 'card' },
    [
      field(t('email'), { name: 'email', type: 'text', autocomplete: 'username', value: email, readonly: true }),
      field(t('new_password'), { ...given, name: 'password', 'data-first': true }),
      field(t('once_more'), { ...given, name: 'password2' }),
    ],
    t('set_password'),
    async ({ password, password2 }) => {
      if (password !== password2) throw new Error(t('differ'))
      await ask('auth/reset-password', { method: 'PUT', body: { email, token, password, password2 } })
      history.replaceState(null, '')
      try {
        await desk.enter(await ask('auth/login', { method: 'POST', body: { email, password } }), '')
      } catch {
        await desk.go('') // a second factor is asked for there
      }
    }
  )
  return page(title, h('p.faint', {}, t(first ? 'first_password_how' : 'new_password_how')), node, h('p', {}, h('a', { href: at('reset-password') }, t('forgotten'))))
}

export const links = () =>
  h('p.links', {}, h('span.faint', {}, `Kitsulite ${document.documentElement.dataset.version}`), h('a', { href: at('apidocs') }, t('api')))
