// In a burst of mail, taking it in goes first: of each short while only a few digests are begun that nobody waits for.

export const sliceMs = 25
/** A mail counts for one, a larger one for as many as are of this size: its digest takes as much longer. */
const countedBytes = 8192
/** More than this in one slice is a burst: 1,000 small mails a second, or 160 of 50 KB. */
const burstMails = 25
const digestsInABurst = 14

const weightOf = (size: number): number => Math.max(1, size / countedBytes)

export class Pace {
  private sliceBegan = Number.NEGATIVE_INFINITY
  private mails = 0
  private digests = 0
  private isBurst = false

  constructor(private readonly elapsed: () => number) {}

  /** A mail of so many bytes was taken in. */
  arrived(size: number): void {
    this.turn()
    this.mails += weightOf(size)
  }

  /** Whether one more digest may begin now, of a mail of so many bytes; counts it. */
  mayBegin(size: number): boolean {
    this.turn()
    if (this.isBurst && this.digests >= digestsInABurst) return false
    this.digests += weightOf(size)
    return true
  }

  private turn(): void {
    const now = this.elapsed()
    const since = now - this.sliceBegan
    if (since < sliceMs) return
    // Of slices in which nobody looked, all but the last were quiet.
    this.isBurst = since < 2 * sliceMs && this.mails > burstMails
    this.sliceBegan = now
    this.mails = 0
    this.digests = 0
  }
}
