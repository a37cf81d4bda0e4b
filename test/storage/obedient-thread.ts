// A thread for the tests of the pool: jobs that answer, hang, fail or die as they are told.
import { Refusal } from '../../src/refusal.ts'
import { serveJobs } from '../../src/threads/serve-jobs.ts'

serveJobs({
  echo: (_, { text }: { text: string }) => text,
  later: async (_, { text }: { text: string }) => {
    await Bun.sleep(5)
    return text
  },
  hang: () => {
    for (;;);
  },
  refuse: () => {
    throw new Refusal('attachment-unknown')
  },
  fail: () => {
    throw new Error('a defect')
  },
  die: () => {
    setTimeout(() => {
      throw new Error('the thread died')
    })
    return new Promise(() => {})
  },
  read: ({ sqlite }) => sqlite.query('select count(*) as n from events').get(),
})
