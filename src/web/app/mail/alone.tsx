// One mail by itself, at the paths of a public address and of one that this browser keeps.
import { useLocation, useRoute } from 'preact-iso'
import { recall } from '../kept.ts'
import { MailView } from './mail-view.tsx'

export function Alone() {
  const { params } = useRoute()
  const { path, route } = useLocation()
  const { address = '', id = '' } = params
  const token = path.startsWith('/app/mail/') ? tokenOf(address) : null
  return (
    <>
      <h1 class="h6 text-body-secondary mb-3">
        <bdi>{address}</bdi>
      </h1>
      <MailView id={id} token={token} isReadOnly={token === null} onGone={() => route('/')} />
    </>
  )
}

const tokenOf = (address: string): string | null =>
  recall('addresses', (kept) => {
    const one = Array.isArray(kept) ? kept.find((one) => one?.address === address) : null
    return typeof one?.token === 'string' ? one.token : null
  })
