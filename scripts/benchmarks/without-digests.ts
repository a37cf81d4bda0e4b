// Mayfly from its sources, but nothing is ever digested. Measures what digests cost the taking in of mail.
import { Digesting } from '../../src/messages/digesting.ts'

Digesting.prototype.enqueue = () => {}
Digesting.prototype.start = () => {}

await import('../../src/main.ts')
