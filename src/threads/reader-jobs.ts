// All that the reader thread does for the features.
import { accountJobs } from '../accounts/jobs.ts'
import { readerJobs as messageJobs } from '../messages/jobs.ts'
import { usageJobs } from '../usage/jobs.ts'

export const readerJobs = { ...accountJobs, ...usageJobs, ...messageJobs }
