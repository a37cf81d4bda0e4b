// The words of the guides in the reader's language: loaded with those views, since few visitors read them.
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { sentenceOf } from '../api.ts'
import { say as toast } from '../parts/toasts.tsx'
import type { GuideWords, Say } from '../words/guide-words.ts'
import { type Language, language, textOf } from '../words/words.ts'

const loaders: Record<Language, () => Promise<GuideWords>> = {
  en: async () => (await import('../words/en/guides/guides.ts')).guides,
  de: async () => (await import('../words/de/guides/guides.ts')).guides,
  ru: async () => (await import('../words/ru/guides/guides.ts')).guides,
}

const loaded = signal<GuideWords | null>(null)
let wished: Language | null = null

/** The words in the reader's language; null until they are there. */
export function useGuideWords(): GuideWords | null {
  const now = language.value
  useEffect(() => {
    if (wished === now) return
    wished = now
    loaders[now]()
      .then((words) => {
        if (wished === now) loaded.value = words
      })
      .catch((error) => {
        wished = null
        toast(sentenceOf(error), 'danger')
      })
  }, [now])
  return loaded.value
}

export const sayingOf =
  ({ says }: GuideWords): Say =>
  (key, values = {}) =>
    textOf(says[key], values)
