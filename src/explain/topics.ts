/** Topics of `barewire help`: what a reader of traces and failures should know, from the same words as everything else. */
import { type FailureCode, fail, failures } from '../failures/index.ts'
import { alertNames, alertText } from '../tls/alerts.table.ts'
import { alertWords as englishAlert } from './en/alerts.ts'
import { topics as english } from './en/topics.ts'
import type { Topic, TopicName } from './topic-types.ts'
import type { Language, Words } from './words.ts'
import { alertWords as chineseAlert } from './zh/alerts.ts'
import { topics as chinese } from './zh/topics.ts'

/** Codes that belong to a topic: their titles stand below it. */
const codesOfTopic: Readonly<Record<TopicName, (code: FailureCode) => boolean>> = {
  dns: code => code.startsWith('dns/'),
  tcp: code => code.startsWith('tcp/') || code.startsWith('ip/'),
  tls: code => FIRST_OF_TLS.has(code),
  alerts: () => false,
  certificates: code => code.startsWith('tls/certificate-') || code.startsWith('tls/chain-'),
  http: code => FIRST_OF_HTTP.has(code),
  cookies: code => code.startsWith('cookie/'),
  captures: () => false,
}

/** Those that people meet; `docs/generated/failures.md` has them all. */
const FIRST_OF_TLS: ReadonlySet<FailureCode> = new Set([
  'tls/not-tls',
  'tls/http-spoken',
  'tls/no-common-version',
  'tls/no-common-suite',
  'tls/no-common-group',
  'tls/nothing-in-common',
  'tls/name-unknown',
  'tls/alpn-none',
  'tls/client-certificate-wanted',
  'tls/finished-wrong',
  'tls/record-damaged',
  'tls/cut-short',
  'tls/handshake-cut',
  'tls/alert-received',
])
const FIRST_OF_HTTP: ReadonlySet<FailureCode> = new Set([
  'http/tls-spoken',
  'http/bad-start-line',
  'http/bad-header',
  'http/header-too-big',
  'http/two-lengths',
  'http/length-and-chunked',
  'http/bad-chunk',
  'http/body-cut-short',
  'http/no-answer',
  'http/head-timeout',
  'net/too-many-redirects',
])

export { TOPICS, type Topic, type TopicName } from './topic-types.ts'

const LANGUAGES: Readonly<Record<Language, Readonly<Record<TopicName, Topic>>>> = { en: english, zh: chinese }

/** A topic with what is made from other words: the alerts, and the titles of its failures. */
export interface WholeTopic extends Topic {
  readonly failures: readonly (readonly [code: FailureCode, title: string])[]
}

export const wordsOfTopic = (name: TopicName, words: Words): WholeTopic => {
  const topic = LANGUAGES[words.language][name]
  const alerts = name === 'alerts' ? alertTerms(words.language) : []
  const codes = (Object.keys(failures) as FailureCode[]).filter(codesOfTopic[name])
  return { ...topic, terms: [...topic.terms, ...alerts], failures: codes.map(code => [code, words.title(fail(code))]) }
}

const MEANINGS = { en: englishAlert, zh: chineseAlert } as const

/** Every alert by number and name, what it says, and what lies behind it. */
const alertTerms = (language: Language): readonly (readonly [string, string])[] =>
  Object.keys(alertNames).map(number => {
    const { means = '', likely = '' } = MEANINGS[language](Number(number)) ?? {}
    return [alertText(Number(number)), language === 'en' ? `${capital(means)}. ${likely}` : `${means}。${likely}`]
  })

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
