// The addresses in a text, found so that they can be clicked.

export type Run = { text: string; url: string | null }

const candidate = /\b(?:https?:\/\/|mailto:)[^\s<>"`{}|\\^\u3000-\u303f\uff00-\uffef]+/gi

/** The text in runs, in order: joined they are the text again. */
export function runsOf(text: string): Run[] {
  const runs: Run[] = []
  let from = 0
  for (const { 0: found, index } of text.matchAll(candidate)) {
    const url = withoutEnd(found)
    if (!URL.canParse(url)) continue
    if (index > from) runs.push({ text: text.slice(from, index), url: null })
    runs.push({ text: url, url })
    from = index + url.length
  }
  if (from < text.length) runs.push({ text: text.slice(from), url: null })
  return runs
}

/** Without what ends the sentence, and brackets that were opened before it. */
function withoutEnd(found: string): string {
  const surplus: Record<string, number> = { ')': surplusOf(found, '(', ')'), ']': surplusOf(found, '[', ']') }
  let end = found.length
  for (; end > 0; end--) {
    const last = found[end - 1] ?? ''
    const left = surplus[last] ?? 0
    if (left > 0) surplus[last] = left - 1
    else if (!/[.,;:!?'"*_~]/.test(last)) break
  }
  return found.slice(0, end)
}

const surplusOf = (text: string, open: string, close: string): number =>
  text.split(close).length - text.split(open).length
