// Where addresses are for members alone: what one can do.
import { facts } from '../facts.ts'
import { Empty } from '../parts/empty.tsx'
import { session } from '../session.ts'
import { say } from '../words/words.ts'
import { LookForm, publicDomains } from './look-form.tsx'

export function Unavailable() {
  const canLook = publicDomains().length > 0
  return (
    <section class="card-plain unavailable">
      <h1 class="visually-hidden">Mayfly</h1>
      <Empty icon="key" title={say('unavailable.title')} text={say(`unavailable.${facts.registration}`)}>
        {session.value ? (
          <a class="btn btn-primary" href="/app/mailboxes">
            {say('unavailable.mailboxes')}
          </a>
        ) : (
          <div class="d-flex flex-wrap justify-content-center gap-2">
            <a class="btn btn-primary" href="/app/sign-in">
              {say('frame.sign-in')}
            </a>
            {facts.registration === 'open' && (
              <a class="btn btn-outline-primary" href="/app/register">
                {say('door.register')}
              </a>
            )}
          </div>
        )}
      </Empty>
      {canLook && (
        <div class="unavailable-look">
          <LookForm />
        </div>
      )}
    </section>
  )
}
