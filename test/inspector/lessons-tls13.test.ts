import { lessonPages } from './lesson-pages.ts'

lessonPages('tls13')
