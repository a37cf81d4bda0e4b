// A path that is none of the page's.
import { say } from '../words/words.ts'
import { Empty } from './empty.tsx'

export function NotFound() {
  return (
    <Empty icon="search" title={say('frame.not-found')}>
      <a class="btn btn-primary" href="/">
        {say('frame.to-start')}
      </a>
    </Empty>
  )
}
