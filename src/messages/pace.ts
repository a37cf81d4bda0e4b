// In a burst of mail, taking it in goes first: of each short while only a few digests are begun that nobody waits for.

export const sliceMs = 25
/** More mails than this in one slice are a burst: 1,000 a second. */
const burstMails = 25
const digestsInABurst = 20

export class Pace {
  private sliceBegan = Number.NEGATIVE_INFINITY
  private mails = 0
  private digests = 0
  private isBurst = false

  constructor(private readonly elapsed: () => number) {}

  /** A mail was taken in. */
  arrived(): void {
    this.turn()
    this.mails++
  }

  /** Whether one more digest may begin now; counts it. */
  mayBegin(): boolean {
    this.turn()
    if (this.isBurst && this.digests >= digestsInABurst) return false
    this.digests++
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
