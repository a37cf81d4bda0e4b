// A sentence of the words' with what stands out in it: `code`, **strong** and [links](/path).
import type { ComponentChildren } from 'preact'

const parts = /(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/

export function Prose({ text }: { text: string }) {
  return <>{text.split(parts).map((part, at) => (at % 2 === 0 ? part : shown(part, at)))}</>
}

function shown(part: string, at: number): ComponentChildren {
  if (part.startsWith('`')) return <code key={at}>{part.slice(1, -1)}</code>
  if (part.startsWith('**')) return <strong key={at}>{part.slice(2, -2)}</strong>
  const [, text = '', href = ''] = /^\[(.+)\]\((.+)\)$/.exec(part) ?? []
  return (
    <a key={at} href={href}>
      {text}
    </a>
  )
}
