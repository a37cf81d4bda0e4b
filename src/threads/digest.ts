// The digest thread: reads mails apart. Its deadline is kept by the main thread, which replaces it when it hangs.
import { digestJobs } from '../messages/jobs.ts'
import { standBack } from './courtesy.ts'
import { serveJobs } from './serve-jobs.ts'

standBack(10)
serveJobs(digestJobs)
