// So many at a time; who comes later waits for his turn, in order.

export class Turns {
  private free: number
  private readonly waiting: (() => void)[] = []

  constructor(most: number) {
    this.free = most
  }

  tryTake(): boolean {
    if (this.free === 0) return false
    this.free--
    return true
  }

  async take(): Promise<void> {
    if (this.tryTake()) return
    await new Promise<void>((go) => this.waiting.push(go))
  }

  give(): void {
    const next = this.waiting.shift()
    if (next) next()
    else this.free++
  }
}
