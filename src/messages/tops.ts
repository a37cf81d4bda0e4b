// What lists show of contents, kept between them: who polls reads the same page again and again, and its rows are long.
import type { contents } from '../storage/schema.ts'

type ContentRow = typeof contents.$inferSelect

export type Top = Pick<
  ContentRow,
  'fromName' | 'fromAddress' | 'to' | 'envelopeFrom' | 'subject' | 'attachmentCount' | 'digest'
>

const most = 4096
/** Characters of one that is kept; nearly all are far below, and mail is hostile. */
const mostCharacters = 1500

export class Tops {
  /** Those used last at the end. */
  private readonly kept = new Map<number, { checkValue: number; top: Top }>()

  /** That of a content whose row now has this check value, which is another one after each change; null if it is not kept. */
  of(key: number, checkValue: number | null): Top | null {
    const found = this.kept.get(key)
    if (!found || found.checkValue !== checkValue) return null
    this.kept.delete(key)
    this.kept.set(key, found)
    return found.top
  }

  /** Keeps what a row shows that was found to be sound. */
  keep({ key, checkValue, ...row }: ContentRow): Top {
    const { fromName, fromAddress, to, envelopeFrom, subject, attachmentCount, digest } = row
    const top = { fromName, fromAddress, to, envelopeFrom, subject, attachmentCount, digest }
    // Rows from before there were check values cannot be told from changed ones.
    if (checkValue === null || charactersIn(top) > mostCharacters) return top
    this.kept.set(key, { checkValue, top })
    const [oldest] = this.kept.keys()
    if (this.kept.size > most && oldest !== undefined) this.kept.delete(oldest)
    return top
  }
}

const charactersIn = ({ fromName, fromAddress, to, envelopeFrom, subject }: Top): number =>
  to.reduce(
    (sum, { name, address }) => sum + name.length + address.length,
    fromName.length + fromAddress.length + envelopeFrom.length + subject.length,
  )
