// The page of a visitor: an address at once, and what comes to it.

import { facts } from '../facts.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Empty } from '../parts/empty.tsx'
import { say } from '../words/words.ts'

export function VisitorView() {
  const address = `example@${facts.domains[0]?.name ?? ''}`
  return (
    <>
      <section class="address-card">
        <h1 class="h6 text-body-secondary mb-2">{say('visitor.title')}</h1>
        <div class="d-flex flex-wrap align-items-center gap-3">
          <output class="address">{address}</output>
          <CopyButton text={address} label={say('copy.copy')} look="btn-primary" />
        </div>
      </section>
      <Empty icon="mail" title={say('frame.loading')} />
    </>
  )
}
