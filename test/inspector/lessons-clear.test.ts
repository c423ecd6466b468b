import { lessonPages } from './lesson-pages.ts'

lessonPages('clear')
