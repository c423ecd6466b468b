import { lessonPages } from './lesson-pages.ts'

lessonPages('connection')
