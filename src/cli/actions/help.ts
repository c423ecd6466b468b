/** `barewire help TOPIC`: a page of the glossary. */
import { type TopicName, wordsOfTopic } from '../../explain/topics.ts'
import { lines } from '../../inspect/index.ts'
import { jsonOfTopic, renderTopic } from '../../inspect/topic-page.ts'
import type { CommonOptions } from '../command.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../json.ts'
import { wordsFor } from '../language.ts'
import { styleFor } from '../story/style.ts'

export const help = async (name: TopicName, options: CommonOptions, io: Io): Promise<number> => {
  const words = wordsFor(io.env, options.lang)
  const topic = wordsOfTopic(name, words)
  const style = styleFor(io.out, io.env, options)
  await io.out.write(options.json ? jsonLine(jsonOfTopic(name, topic)) : lines(renderTopic(name, topic, style)))
  return 0
}
