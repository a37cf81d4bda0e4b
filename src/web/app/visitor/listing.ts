// A list of mails that comes page by page, newest first.
import { signal } from '@preact/signals'
import { type Call, call } from '../api.ts'
import type { List, Summary } from '../shapes.ts'

const pageSize = 100

export class Listing {
  readonly mails = signal<readonly Summary[]>([])
  /** Nothing is known before the first page. */
  readonly isKnown = signal(false)
  readonly isLoading = signal(false)
  readonly failure = signal<unknown>(null)
  private next: string | null = null
  /** What happened while a page was on its way, which may not know of it. */
  private late: (() => void)[] | null = null

  constructor(
    private readonly path: string,
    private readonly caller: Call,
    private readonly words = '',
  ) {}

  get hasMore(): boolean {
    return this.next !== null
  }

  /** Reads the newest again. What was read behind them stays where both meet. */
  async load(): Promise<void> {
    const page = await this.page(null)
    if (!page) return
    const oldest = page.items.at(-1)
    const meets = oldest ? this.mails.value.findIndex(({ id }) => id === oldest.id) : -1
    if (meets < 0 || page.next === null) this.next = page.next
    this.mails.value =
      meets < 0 || page.next === null ? page.items : [...page.items, ...this.mails.value.slice(meets + 1)]
    this.isKnown.value = true
    this.settle()
  }

  /** Reads the page behind what is there. */
  async more(): Promise<void> {
    if (this.next === null || this.isLoading.value) return
    const page = await this.page(this.next)
    if (!page) return
    this.next = page.next
    const known = new Set(this.mails.value.map(({ id }) => id))
    this.mails.value = [...this.mails.value, ...page.items.filter(({ id }) => !known.has(id))]
    this.settle()
  }

  add(mail: Summary): void {
    this.apply(() => {
      if (!this.mails.value.some(({ id }) => id === mail.id)) this.mails.value = [mail, ...this.mails.value]
    })
  }

  replace(mail: Summary): void {
    this.apply(() => {
      this.mails.value = this.mails.value.map((one) => (one.id === mail.id ? mail : one))
    })
  }

  remove(id: string): void {
    this.apply(() => {
      this.mails.value = this.mails.value.filter((one) => one.id !== id)
    })
  }

  private apply(change: () => void): void {
    change()
    this.late?.push(change)
  }

  private settle(): void {
    const late = this.late ?? []
    this.late = null
    for (const change of late) change()
  }

  /** Null where it did not come; why is in `failure`. */
  private async page(cursor: string | null): Promise<List<Summary> | null> {
    const query = new URLSearchParams({ limit: String(pageSize) })
    if (cursor !== null) query.set('cursor', cursor)
    if (this.words !== '') query.set('q', this.words)
    this.late = []
    this.isLoading.value = true
    try {
      const page = await call<List<Summary>>('GET', `${this.path}?${query}`, this.caller)
      this.failure.value = null
      return page
    } catch (error) {
      this.late = null
      this.failure.value = error
      return null
    } finally {
      this.isLoading.value = false
    }
  }
}
