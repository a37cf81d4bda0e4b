// The errors of an API: how one looks, and what each means.
import type { GuideWords } from '../words/guide-words.ts'
import { answerOf } from './answers.ts'
import { type ApiName, apis } from './apis.ts'
import { Shown } from './example.tsx'
import { Prose } from './prose.tsx'
import { sayingOf } from './use-guide-words.ts'

export function Errors({ name, words }: { name: ApiName; words: GuideWords }) {
  const say = sayingOf(words)
  const { errors } = apis[name]
  const status = '401'
  return (
    <>
      <h2 id="errors">{say('docs.errors.title')}</h2>
      <p>{say('docs.errors.text')}</p>
      <Shown
        label={say('docs.answers', { status })}
        text={answerOf(name, 'error', { base: location.origin, domain: '' }) ?? ''}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse must be able to scroll it. */}
      <section class="wide-table" aria-label={say('docs.errors.table')} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say('docs.errors.status')}</th>
              <th scope="col">{say('docs.errors.code')}</th>
              <th scope="col">{say('docs.errors.when')}</th>
            </tr>
          </thead>
          <tbody>
            {errors.map(([status, code, meaning]) => (
              <tr key={`${status} ${code} ${meaning}`}>
                <td>{status}</td>
                <td>
                  <code>{code}</code>
                </td>
                <td>
                  <Prose text={words.meanings[meaning]} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}
