/** Names and addresses that nobody can be given, and what may stand in a URI. */
import { expect, test } from 'vitest'
import { ip } from '../../wire/address.ts'
import { isFullName, isInternalName, isReservedAddress, isReservedLabel, isUri } from './hosts.ts'
import { fromPunycode } from './punycode.ts'

test.each([
  ['shop', true],
  ['shop.local', true],
  ['*.Shop.LOCALHOST', true],
  ['a.home', true],
  ['nas.lan', true],
  ['a.example', true],
  ['example.org', false],
  ['*.example.org', false],
  ['local.example.org', false],
  ['a.onion', false],
])('%s leads nowhere on the Internet: %s', (name, internal) => {
  expect(isInternalName(name)).toBe(internal)
})

test.each([
  ['0.0.0.0', true],
  ['1.0.0.0', false],
  ['9.255.255.255', false],
  ['10.255.255.255', true],
  ['11.0.0.0', false],
  ['100.63.255.255', false],
  ['100.64.0.0', true],
  ['100.127.255.255', true],
  ['100.128.0.0', false],
  ['127.0.0.1', true],
  ['169.254.169.254', true],
  ['172.15.255.255', false],
  ['172.16.0.1', true],
  ['172.31.255.255', true],
  ['172.32.0.0', false],
  ['192.0.0.8', true],
  ['192.0.1.0', false],
  ['192.0.2.1', true],
  ['192.88.99.1', true],
  ['192.168.0.1', true],
  ['198.17.255.255', false],
  ['198.19.255.255', true],
  ['198.51.100.7', true],
  ['203.0.113.7', true],
  ['223.255.255.255', false],
  ['224.0.0.1', true],
  ['255.255.255.255', true],
  ['8.8.8.8', false],
  ['::1', true],
  ['fe80::1', true],
  ['fd00::1', true],
  ['2001:db8::1', true],
  ['2001:0::1', true],
  ['2001:1ff::1', true],
  ['2001:200::1', false],
  ['2002::1', true],
  ['3fff::1', true],
  ['3fff:1000::1', false],
  ['2606:4700::1111', false],
  ['4000::1', true],
])('%s is a special address: %s', (text, reserved) => {
  expect(isReservedAddress(ip(text).octets)).toBe(reserved)
})

/** RFC 3492 7.1, without the case that it keeps apart. */
test.each([
  ['ihqwcrb4cv8a8dqg056pqjye', '他们为什么不说中文'],
  ['Proprostnemluvesky-uyb24dma41a', 'Pročprostěnemluvíčesky'],
  ['n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa', 'なぜみんな日本語を話してくれないのか'],
  ['3B-ww4c5e180e575a65lsy2b', '3年B組金八先生'],
  ['-with-SUPER-MONKEYS-pc58ag80a8qai00g7n9n', '安室奈美恵-with-SUPER-MONKEYS'],
  ['bcher-kva', 'bücher'],
])('%s is Punycode for %s', (punycode, text) => {
  expect(String.fromCodePoint(...(fromPunycode(punycode) ?? []))).toBe(text)
})

test.each(['bcher-kv', '99999999999', 'a-b_', 'ib9b', `${'9'.repeat(300)}a`])('%s is no Punycode', text => {
  expect(fromPunycode(text)).toBe(undefined)
})

test.each([
  ['shop', false],
  ['a--b', false],
  ['ab--c', true],
  ['xn--bcher-kva', false],
  ['XN--bcher-kva', false],
  ['xn--99999999999', true],
  ['xn---', true],
])('%s is a label that is reserved: %s', (label, reserved) => {
  expect(isReservedLabel(label)).toBe(reserved)
})

test.each([
  ['https://shop.example.org/', true],
  ['HTTP://user@shop.example.org:8080?a', true],
  ['http://10.0.0.5/', true],
  ['http://[2001:db8::1]:8443/', true],
  ['urn:example:a', true],
  ['mailto:a@example.org', true],
  ['http://[::zz]/', false],
  ['http://shop/', false],
  ['http:///path', false],
  ['http://*.example.org/', false],
  ['//example.org/', false],
  ['example.org/', false],
  ['http:', false],
])('%s is a URI of a certificate: %s', (text, is) => {
  expect(isUri(text)).toBe(is)
})

test.each([
  ['example.org', true],
  ['a-b.example.org', true],
  ['example', false],
  ['example.org.', false],
  ['-a.example.org', false],
  ['a-.example.org', false],
  [`${'a'.repeat(63)}.org`, true],
  [`${'a'.repeat(64)}.org`, false],
])('%s is a full name: %s', (text, is) => {
  expect(isFullName(text)).toBe(is)
})
