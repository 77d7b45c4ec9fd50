// The words of the pages, in the language at hand.
let words = {}
let spoken = document.documentElement.lang

export const lang = () => spoken

export async function speak(language) {
  const found = await fetch(new URL(`${language}.json`, import.meta.url), { credentials: 'same-origin' })
  if (!found.ok) return
  words = await found.json()
  spoken = document.documentElement.lang = language
}

export function t(key, facts = {}) {
  return (words[key] || key).replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole)
}
