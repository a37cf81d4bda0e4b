// The page's frame: what stands around every view, and which view stands at which path.
import { useEffect } from 'preact/hooks'
import { ErrorBoundary, LocationProvider, lazy, Route, Router } from 'preact-iso'
import { sentenceOf } from './api.ts'
import { Footer } from './parts/footer.tsx'
import { Header } from './parts/header.tsx'
import { Help } from './parts/help.tsx'
import { NotFound } from './parts/not-found.tsx'
import { Notice } from './parts/notice.tsx'
import { Announcements, say as announce, Toasts } from './parts/toasts.tsx'
import { lookForSession } from './session.ts'
import { VisitorView } from './visitor/visitor.tsx'
import { say } from './words/words.ts'

const LookView = lazy(() => import('./visitor/look.tsx').then(({ LookView }) => LookView))
const SignIn = lazy(() => import('./member/sign-in.tsx').then(({ SignIn }) => SignIn))
const Register = lazy(() => import('./member/register.tsx').then(({ Register }) => Register))
const TakeInvitation = lazy(() => import('./member/link-views.tsx').then(({ TakeInvitation }) => TakeInvitation))
const NewPassword = lazy(() => import('./member/link-views.tsx').then(({ NewPassword }) => NewPassword))
const Welcome = lazy(() => import('./member/welcome.tsx').then(({ Welcome }) => Welcome))
const Mailboxes = lazy(() => import('./member/mailboxes.tsx').then(({ Mailboxes }) => Mailboxes))
const OneMailbox = lazy(() => import('./member/one-mailbox.tsx').then(({ OneMailbox }) => OneMailbox))
const Search = lazy(() => import('./member/search.tsx').then(({ Search }) => Search))
const Keys = lazy(() => import('./member/keys.tsx').then(({ Keys }) => Keys))
const Webhooks = lazy(() => import('./member/webhooks.tsx').then(({ Webhooks }) => Webhooks))
const OneWebhook = lazy(() => import('./member/one-webhook.tsx').then(({ OneWebhook }) => OneWebhook))
const Domains = lazy(() => import('./member/domains.tsx').then(({ Domains }) => Domains))
const OneDomain = lazy(() => import('./member/one-domain.tsx').then(({ OneDomain }) => OneDomain))
const Team = lazy(() => import('./member/team.tsx').then(({ Team }) => Team))
const Sessions = lazy(() => import('./member/sessions.tsx').then(({ Sessions }) => Sessions))
const PlanAndUsage = lazy(() => import('./member/plan.tsx').then(({ PlanAndUsage }) => PlanAndUsage))
const Checkout = lazy(() => import('./checkout/checkout.tsx').then(({ Checkout }) => Checkout))
const Operator = lazy(() => import('./operator/operator.tsx').then(({ Operator }) => Operator))
const Leaving = lazy(() => import('./mail/leaving.tsx').then(({ Leaving }) => Leaving))
const Docs = lazy(() => import('./guides/docs.tsx').then(({ Docs }) => Docs))
const Guide = lazy(() => import('./guides/guide.tsx').then(({ Guide }) => Guide))
const Reference = lazy(() => import('./guides/reference.tsx').then(({ Reference }) => Reference))
const Privacy = lazy(() => import('./guides/privacy.tsx').then(({ Privacy }) => Privacy))

export function App() {
  useEffect(() => {
    lookForSession().catch((error) => announce(sentenceOf(error), 'danger'))
  }, [])
  return (
    <LocationProvider scope={/^\/($|app\b|privacy$|docs\b)/}>
      <a class="visually-hidden-focusable skip" href="#main">
        {say('frame.skip')}
      </a>
      <Header />
      <Notice />
      <main id="main" tabIndex={-1} class="container-xl flex-grow-1 py-3 py-md-4">
        <ErrorBoundary onError={(error) => announce(sentenceOf(error), 'danger')}>
          <Router onRouteChange={settle}>
            <Route path="/" component={VisitorView} />
            <Route path="/app/mail/:address/:id" component={VisitorView} />
            <Route path="/app/look/:address" component={LookView} />
            <Route path="/app/look/:address/:id" component={LookView} />
            <Route path="/app/sign-in" component={SignIn} />
            <Route path="/app/register" component={Register} />
            <Route path="/app/invitation" component={TakeInvitation} />
            <Route path="/app/password" component={NewPassword} />
            <Route path="/app/welcome" component={Welcome} />
            <Route path="/app/mailboxes" component={Mailboxes} />
            <Route path="/app/mailboxes/:address/:id?" component={OneMailbox} />
            <Route path="/app/search" component={Search} />
            <Route path="/app/keys" component={Keys} />
            <Route path="/app/webhooks" component={Webhooks} />
            <Route path="/app/webhooks/:id" component={OneWebhook} />
            <Route path="/app/domains" component={Domains} />
            <Route path="/app/domains/:name" component={OneDomain} />
            <Route path="/app/members" component={Team} />
            <Route path="/app/sessions" component={Sessions} />
            <Route path="/app/plan" component={PlanAndUsage} />
            <Route path="/app/checkout/:id" component={Checkout} />
            <Route path="/app/admin/:view?/:id?" component={Operator} />
            <Route path="/app/link" component={Leaving} />
            <Route path="/docs" component={Docs} />
            <Route path="/docs/:api" component={Guide} />
            <Route path="/docs/:api/calls" component={Reference} />
            <Route path="/privacy" component={Privacy} />
            <Route default component={NotFound} />
          </Router>
        </ErrorBoundary>
      </main>
      <Footer />
      <Help />
      <Toasts />
      <Announcements />
    </LocationProvider>
  )
}

/** Who hears the page instead of seeing it is told where he is, unless he is at something that is there, or in a menu meanwhile. */
function settle(): void {
  const main = document.getElementById('main')
  const { activeElement } = document
  const isThere = activeElement !== main && main?.contains(activeElement) && activeElement?.checkVisibility()
  const isInMenu = activeElement?.closest('[role=menu]') != null
  if (!isThere && !isInMenu) main?.focus({ preventScroll: true })
}
