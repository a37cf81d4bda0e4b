// Who stands behind each port at which the gate meets the listener.

export class Behind {
  private readonly clients = new Map<number, { client: string }>()

  /** Answers how to take the entry back. A port may have been given to another connection by then: that one's stays. */
  put(port: number, client: string): () => void {
    const entry = { client }
    this.clients.set(port, entry)
    return () => {
      if (this.clients.get(port) === entry) this.clients.delete(port)
    }
  }

  /** Null: nobody. */
  at(port: number): string | null {
    return this.clients.get(port)?.client ?? null
  }
}
