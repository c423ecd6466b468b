import { expect, test } from 'vitest'
import { Failure } from '../../src/failures/index.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { LAPTOP, overheard, type PlayOptions, play } from '../../test/support/played.ts'
import { type Card, type CertificatePath, certificatePath } from './certificate.ts'
import type { Parties } from './run.ts'

const crypto = nodeCrypto()
const parties: Parties = { client: { host: LAPTOP, name: LAPTOP }, server: { host: 'shop.test', name: 'shop.test' } }
const aside: Parties = { client: { host: 'client', name: '10.0.0.2' }, server: { host: undefined, name: '10.0.0.3' } }

const pathOf = async (options: PlayOptions = {}): Promise<CertificatePath> => {
  const { records, date, authority } = await play(options)
  return certificatePath({ records, parties, date, trusted: [authority.certificate] }, crypto)!
}
const told = ({ title, role, link }: Card) => ({ title, role, link })
const valuesOf = (card: Card, key: string): readonly string[] => card.rows.find(row => row.key === key)?.values ?? []

test('the leaf is joined to the root by a signature that is checked here, and the root by trust', async () => {
  const { cards, aside: others, name, failure } = await pathOf()
  expect(cards.map(told)).toEqual([
    {
      title: 'shop.test',
      role: 'leaf',
      link: { how: 'signed', by: 'barewire demo CA', algorithm: 'ecdsaWithSHA256', ok: true },
    },
    { title: 'barewire demo CA', role: 'root', link: { how: 'trusted', anchor: 'barewire demo CA' } },
  ])
  expect([others, name, failure]).toEqual([[], 'shop.test', undefined])
  expect(cards[0]!.checks.map(({ check }) => check)).toEqual(expect.arrayContaining(['dates', 'name', 'key strength']))
  expect(cards.flatMap(({ checks }) => checks).every(({ failure: fault }) => fault === undefined)).toBe(true)
})

test('the card says where in the message its certificate lies, and each row where in the certificate', async () => {
  const { records, date, authority } = await play()
  const [card] = certificatePath({ records, parties, date, trusted: [authority.certificate] }, crypto)!.cards
  const message = records.find(each => each.type === 'message' && each.record.id === card!.where!.message)
  if (message?.type !== 'message') throw new Error('no such message')
  const { start, end } = card!.where!
  expect(message.record.bytes.subarray(start, end)).toEqual(card!.der)
  const span = card!.rows.find(({ key }) => key === 'subjectAltName')!.span!
  expect(Buffer.from(card!.der!.subarray(span.from, span.to)).toString('latin1')).toContain('shop.test')
})

test('another seed shows another serial number, key and signature', async () => {
  const [one, other] = [(await pathOf({ seed: 7 })).cards[0]!, (await pathOf({ seed: 8 })).cards[0]!]
  for (const key of ['serialNumber', 'fingerprint', 'pin']) expect(valuesOf(one, key)).not.toEqual(valuesOf(other, key))
})

test('a certificate for another name fails at its name, and at nothing else', async () => {
  const { cards, failure } = await pathOf({ names: ['admin.shop.test'] })
  const faults = cards.flatMap(({ checks }) => checks).filter(({ failure: fault }) => fault !== undefined)
  expect(faults.map(({ check, failure: fault }) => [check, fault?.code])).toEqual([['name', 'tls/certificate-name']])
  expect(failure?.code).toBe('tls/certificate-name')
})

test('an authority in between has a card of its own', async () => {
  const { records, date, authority } = await play({ leaf: {}, by: root => root.intermediate({ name: 'Below it' }) })
  const { cards } = certificatePath({ records, parties, date, trusted: [authority.certificate] }, crypto)!
  expect(cards.map(({ title, role }) => [title, role])).toEqual([
    ['shop.test', 'leaf'],
    ['Below it', 'authority'],
    ['barewire demo CA', 'root'],
  ])
  expect(cards.map(({ link }) => link.how)).toEqual(['signed', 'signed', 'trusted'])
})

test('who signed with another key under the same name has not signed', async () => {
  const { records, date } = await play()
  const { authority: other } = await play({ seed: 9 })
  const { cards } = certificatePath({ records, parties, date, trusted: [other.certificate] }, crypto)!
  expect(cards[0]!.link).toEqual({
    how: 'signed',
    by: 'barewire demo CA',
    algorithm: 'ecdsaWithSHA256',
    ok: false,
  })
})

test('nobody who has the name of the issuer: the path ends, and says whose card is missing', async () => {
  const { records, date } = await play()
  const { cards } = certificatePath({ records, parties, date, trusted: [] }, crypto)!
  expect(cards.map(told)).toEqual([
    { title: 'shop.test', role: 'leaf', link: { how: 'told', by: 'barewire demo CA' } },
    { title: 'barewire demo CA', role: 'root', link: { how: 'trusted', anchor: 'barewire demo CA' } },
  ])
})

test('of a capture nobody knows whom the client trusts, so nothing is said of it', async () => {
  const { records } = overheard(await play({ tls: { versions: ['TLS 1.2'] } }))
  const path = certificatePath({ records, parties: aside, date: undefined }, crypto)!
  expect(path.cards.map(told)).toEqual([
    { title: 'shop.test', role: 'leaf', link: { how: 'not known', issuer: 'barewire demo CA' } },
  ])
  expect([path.cards[0]!.checks, path.failure]).toEqual([[], undefined])
  // What day it was nobody says either: nothing is said of how long it holds.
  expect(valuesOf(path.cards[0]!, 'validity').length).toBe(1)
})

test('in TLS 1.3 there is none to be seen without keys', async () => {
  const { records } = overheard(await play())
  expect(certificatePath({ records, parties: aside, date: undefined }, crypto)).toBeUndefined()
})

test('what cannot be read is a card that says so', async () => {
  const { records, date } = await play()
  const torn = records.map(entry => {
    if (entry.type !== 'message' || entry.record.name !== 'Certificate') return entry
    const bytes = entry.record.bytes.slice()
    bytes[11]! ^= 0xff
    return { ...entry, record: { ...entry.record, bytes } }
  })
  const { cards } = certificatePath({ records: torn, parties, date, trusted: [] }, crypto)!
  expect(cards[0]!.certificate).toBeInstanceOf(Failure)
  expect(cards.length).toBe(1)
})
