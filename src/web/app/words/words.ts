// What the page says, in the language of whoever reads it. Every string of the page stands in this folder.
import { signal } from '@preact/signals'
import { keep, recall } from '../kept.ts'
import { en } from './en/en.ts'

/** One sentence, or one for each form of the language's plural, chosen by `count`. */
export type Text = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>)
export type Key = keyof typeof en
export type Words = Record<Key, Text>
export type Language = 'en' | 'de' | 'ru'

/** In themselves, for whoever looks for his own. */
export const languages: Record<Language, string> = { en: 'English', de: 'Deutsch', ru: 'Русский' }

const loaders: Record<Language, () => Promise<Words>> = {
  en: async () => en,
  de: async () => (await import('./de/de.ts')).de,
  ru: async () => (await import('./ru/ru.ts')).ru,
}

export const language = signal<Language>('en')
const words = signal<Words>(en)

const isLanguage = (value: unknown): value is Language => typeof value === 'string' && Object.hasOwn(loaders, value)

/** What was chosen, else the first of the browser's that there is. */
export async function takeUpLanguage(): Promise<void> {
  const kept = recall('language', (value) => (isLanguage(value) ? value : null))
  const wished = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage)
  await speak(kept ?? wished ?? 'en')
}

export async function chooseLanguage(wished: Language): Promise<void> {
  keep('language', wished)
  await speak(wished)
}

async function speak(wished: Language): Promise<void> {
  words.value = await loaders[wished]()
  language.value = wished
  document.documentElement.lang = wished
}

export type Values = Record<string, string | number>

/** The text of this name; `{name}` in it is put in from `values`, numbers as the language writes them. */
export function say(key: Key, values: Values = {}): string {
  return formed(words.value[key], values)
}

/** As `say`, of a text that stands in no list that is loaded at first. */
export function formed(text: Text, values: Values = {}): string {
  const form = typeof text === 'string' ? text : (text[pluralOf(values['count'])] ?? text.other)
  return form.replace(/\{(\w+)\}/g, (_, name: string) => shown(values[name] ?? ''))
}

const pluralOf = (count: string | number | undefined): Intl.LDMLPluralRule =>
  new Intl.PluralRules(language.value).select(Number(count ?? 0))

const shown = (value: string | number): string =>
  typeof value === 'number' ? new Intl.NumberFormat(language.value).format(value) : value
