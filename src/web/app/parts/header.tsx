// The bar at the top: where one may go, and how the page looks and speaks.
import { useLocation } from 'preact-iso'
import { sentenceOf } from '../api.ts'
import { choose, type Look, look } from '../look.ts'
import { session, signOut } from '../session.ts'
import { chooseLanguage, type Language, language, languages, say } from '../words/words.ts'
import { Icon } from './icon.tsx'
import { type Choice, Menu } from './menu.tsx'
import { say as toast } from './toasts.tsx'

export function Header() {
  return (
    <header class={`frame-header border-bottom ${session.value ? 'has-places' : ''}`}>
      <div class="container-xl d-flex align-items-center gap-2 py-2">
        <a class="brand" href="/" aria-label="Mayfly">
          <Icon name="mayfly" /> <span>Mayfly</span>
        </a>
        <nav class="d-flex gap-1 ms-2 ms-sm-3 me-auto" aria-label={say('frame.navigation')}>
          <Place href="/" text={say('frame.inbox')} />
          {session.value && <Place href="/app/mailboxes" text={say('frame.mailboxes')} />}
          {session.value && <Place href="/app/search" text={say('frame.search')} />}
          <Place href="/docs" text={say('frame.api')} look="d-none d-sm-inline-block" />
        </nav>
        {/* Who is signed in has both in his own menu. */}
        {!session.value && <LookMenu />}
        {!session.value && <LanguageMenu />}
        <Who />
      </div>
    </header>
  )
}

function Place({ href, text, look = '' }: { href: string; text: string; look?: string }) {
  const { path } = useLocation()
  const isHere = href === '/' ? path === '/' || path.startsWith('/app/mail/') : path.startsWith(href)
  return (
    <a class={`place ${look}`} href={href} aria-current={isHere ? 'page' : undefined}>
      {text}
    </a>
  )
}

const looks: readonly Look[] = ['system', 'light', 'dark']

const lookChoices = (): Choice[] =>
  looks.map((one) => ({ text: say(`look.${one}`), isChosen: look.value === one, choose: () => choose(one) }))

function LookMenu() {
  return (
    <Menu label={say('frame.look')} icon={look.value === 'dark' ? 'moon' : look.value === 'light' ? 'sun' : 'contrast'}>
      {lookChoices()}
    </Menu>
  )
}

const isLanguage = (text: string): text is Language => Object.hasOwn(languages, text)

const languageChoices = (): Choice[] =>
  Object.entries(languages).map(([code, text]) => ({
    text,
    isChosen: language.value === code,
    choose: () => {
      if (isLanguage(code)) void chooseLanguage(code)
    },
  }))

function LanguageMenu() {
  return (
    <Menu label={say('frame.language')} icon="globe">
      {languageChoices()}
    </Menu>
  )
}

/** Who is signed in, with his menu; or the way in. */
function Who() {
  const { route } = useLocation()
  if (session.value === undefined) return null
  if (session.value === null) {
    return (
      <a class="btn btn-sm btn-primary" href="/app/sign-in">
        {say('frame.sign-in')}
      </a>
    )
  }
  const { member } = session.value
  const go = (href: string, text: string) => ({ text, href, choose: () => route(href) })
  return (
    <Menu label={say('frame.profile', { email: member.email })} icon="person" heading={member.email}>
      {[
        go('/app/keys', say('profile.keys')),
        go('/app/plan', say('profile.plan')),
        go('/app/domains', say('profile.domains')),
        go('/app/webhooks', say('profile.webhooks')),
        go('/app/members', say('profile.members')),
        go('/app/sessions', say('profile.sessions')),
        ...(member.admin ? [go('/app/admin', say('profile.admin'))] : []),
        { name: say('frame.language'), choices: languageChoices() },
        { name: say('frame.look'), choices: lookChoices() },
        {
          text: say('profile.sign-out'),
          choose: () => void signOut().catch((error) => toast(sentenceOf(error), 'danger')),
        },
      ]}
    </Menu>
  )
}
