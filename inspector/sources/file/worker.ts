/** Where the worker begins that reads captures. */
import { beginWork } from './work.ts'

beginWork()
