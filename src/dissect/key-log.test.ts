import { expect, test } from 'vitest'
import { keyLogLines } from './key-log.ts'

const RANDOM = 'aB'.repeat(32)
const [SHORT, LONG] = ['01'.repeat(32), '02'.repeat(48)]
const read = (text: string): string[] =>
  [...keyLogLines(text)].map(({ line, words, fault, isLast }) => `${line} ${words[0]} ${fault}${isLast ? ' last' : ''}`)

test('comments and empty lines count among the lines and are none of the log, whatever ends them', () => {
  const secret = `CLIENT_RANDOM ${RANDOM} ${LONG}`
  expect(read(`# SSLKEYLOGFILE\r\n\r\n   \n${secret}\r\n#${secret}\n\n${secret}`)).toEqual([
    '4 CLIENT_RANDOM undefined',
    '7 CLIENT_RANDOM undefined last',
  ])
  expect(read('')).toEqual([])
  expect(read('\n#')).toEqual([])
})

test('labels of RFC 9850 have secrets of their lengths', () => {
  for (const [line, fault] of [
    [`CLIENT_RANDOM ${RANDOM} ${LONG}`, undefined],
    [`CLIENT_RANDOM ${RANDOM} ${SHORT}`, 'secret length'],
    [`CLIENT_EARLY_TRAFFIC_SECRET ${RANDOM} ${SHORT}`, undefined],
    [`SERVER_HANDSHAKE_TRAFFIC_SECRET ${RANDOM} ${LONG}`, undefined],
    [`SERVER_TRAFFIC_SECRET_17 ${RANDOM} ${LONG}`, undefined],
    [`EXPORTER_SECRET ${RANDOM} ${LONG}00`, 'secret length'],
    [`ECH_SECRET ${RANDOM} 0102`, undefined],
    [`ECH_CONFIG ${RANDOM} 010`, 'secret length'],
    [`ECH_CONFIG ${RANDOM} `, 'words'],
  ] as const)
    expect([...keyLogLines(`${line}\n`)].map(each => each.fault)).toEqual([fault])
})

test('the first thing that is wrong with a line is named', () => {
  for (const [line, fault] of [
    ['hello', 'label'],
    [`client_random ${RANDOM} ${LONG}`, 'label'],
    [`SERVER_TRAFFIC_SECRET_ ${RANDOM} ${LONG}`, 'label'],
    [`RSA 0011223344556677 ${LONG}`, 'label'],
    ['CLIENT_RANDOM', 'words'],
    [`CLIENT_RANDOM  ${RANDOM} ${LONG}`, 'words'],
    [`CLIENT_RANDOM ${RANDOM} ${LONG} more`, 'words'],
    [`CLIENT_RANDOM ${RANDOM.slice(1)}g ${LONG}`, 'random'],
    [`CLIENT_RANDOM ${RANDOM.slice(2)} ${LONG}`, 'random length'],
    [`CLIENT_RANDOM ${RANDOM} xyz`, 'secret'],
    [`CLIENT_RANDOM ${RANDOM} ${LONG.slice(1)}`, 'secret length'],
  ] as const)
    expect([...keyLogLines(`${line}\n`)].map(each => each.fault)).toEqual([fault])
})
