// The links of a mail, each with where it really leads.
import { CopyButton } from '../parts/copy-button.tsx'
import { Icon } from '../parts/icon.tsx'
import type { Message } from '../shapes.ts'
import { say } from '../words/words.ts'
import { targetOf } from './link-target.ts'
import { inOneLine } from './plain.ts'
import type { TabProps } from './tabs.tsx'
import type { Clicked } from './target.tsx'

const grave = new Set(['differs', 'punycode', 'user', 'address'])

export function LinksTab({ message: { links }, ask }: TabProps) {
  return (
    <ul class="mail-links">
      {links.map((link) => (
        <Row key={link.url} link={link} ask={ask} />
      ))}
    </ul>
  )
}

function Row({ link, ask }: { link: Message['links'][number]; ask: (link: Clicked) => void }) {
  const { url, text } = link
  const target = targetOf(url, text)
  const isStrange = target === null || target.warnings.some((warning) => grave.has(warning))
  const words = inOneLine(text)
  return (
    <li>
      <div class="mail-links-words">
        <button type="button" class="mail-link fw-semibold" onClick={() => ask(link)}>
          <bdi>{words === '' ? url : words}</bdi>
        </button>
        <div class="mail-links-target">
          {isStrange && (
            <span class="mail-sign" role="img" aria-label={say('mail.link.strange')} title={say('mail.link.strange')}>
              <Icon name="warning" />
            </span>
          )}
          <bdi dir="ltr">
            {target ? (
              <>
                {target.before}
                <strong>{target.host}</strong>
                {target.behind}
              </>
            ) : (
              inOneLine(url)
            )}
          </bdi>
        </div>
      </div>
      <CopyButton text={url} label={say('mail.link.copy')} />
    </li>
  )
}
