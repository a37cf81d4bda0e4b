// What to do first with a new account.

import { Icon, type IconName } from '../parts/icon.tsx'
import type { Key } from '../words/words.ts'
import { say } from '../words/words.ts'
import { View } from './view.tsx'

type Step = { icon: IconName; href: string; title: Key; text: Key }

const steps: readonly Step[] = [
  { icon: 'mail', href: '/app/mailboxes?new', title: 'welcome.mailbox', text: 'welcome.mailbox-text' },
  { icon: 'key', href: '/app/keys?new', title: 'welcome.key', text: 'welcome.key-text' },
  { icon: 'search', href: '/docs', title: 'welcome.docs', text: 'welcome.docs-text' },
]

/** For who runs the server. */
const operators: Step = { icon: 'shield', href: '/app/admin', title: 'welcome.server', text: 'welcome.server-text' }

export function Welcome() {
  return (
    <View title={say('welcome.title')}>
      {({ member, account }) => (
        <>
          <p class="lead fs-6">
            {say(member.admin ? 'welcome.admin' : 'welcome.member', { email: member.email, plan: account.plan })}
          </p>
          <h2 class="h5 mt-4">{say('welcome.first')}</h2>
          <ul class="steps list-unstyled">
            {[...steps, ...(member.admin ? [operators] : [])].map(({ icon, href, title, text }) => (
              <li key={href}>
                <a class="card-plain step" href={href}>
                  <span class="empty-picture">
                    <Icon name={icon} />
                  </span>
                  <span>
                    <strong class="d-block">{say(title)}</strong>
                    <span class="text-body-secondary">{say(text)}</span>
                  </span>
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </View>
  )
}
