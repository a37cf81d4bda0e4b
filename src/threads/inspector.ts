// The inspector thread: looks through the whole database after a start, which takes long and is in nobody's hurry.
import { jobs } from '../storage/inspection.ts'
import { standBack } from './courtesy.ts'
import { serveJobs } from './serve-jobs.ts'

// Behind the digests, which somebody may wait for.
standBack(15)
serveJobs(jobs)
