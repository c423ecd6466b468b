/** All failures of TLS: the alert of each, and the sentences that people read. */
import { expect, test } from 'vitest'
import { record, Side } from '../../test/support/tls.ts'
import { crypto, noAnswers } from '../../test/support/tls-failures.ts'
import { english, sentence } from '../explain/index.ts'
import { type FailureCode, fail, failures } from '../failures/index.ts'
import { tlsFailures } from '../failures/tls.ts'
import { tlsClient } from './engine.ts'

test('RFC 5246 7.2.2: the alert of each failure; a number here must not follow a change there', () => {
  const alerts: Readonly<Record<string, number>> = {
    'tls/no-common-version': 70,
    'tls/no-common-suite': 40,
    'tls/no-common-group': 40,
    'tls/no-common-scheme': 40,
    'tls/no-common-certificate-type': 43,
    'tls/own-certificate-type': 43,
    'tls/wrong-certificate-type': 47,
    'tls/needless-certificate-types': 47,
    'tls/raw-key-malformed': 50,
    'tls/nothing-in-common': 40,
    'tls/name-unknown': 112,
    'tls/alpn-none': 120,
    'tls/downgrade': 47,
    'tls/fallback': 86,
    'tls/signature-wrong': 51,
    'tls/certificate-missing': 50,
    'tls/certificate-kind': 43,
    'tls/client-certificate-missing': 40,
    'tls/share-wrong': 47,
    'tls/finished-wrong': 51,
    'tls/no-extended-master-secret': 40,
    'tls/session-mismatch': 47,
    'tls/session-unbound': 40,
    'tls/renegotiation-unsafe': 40,
    'tls/record-damaged': 20,
    'tls/record-too-long': 22,
    'tls/record-version': 70,
    'tls/too-many-empty-records': 10,
    'tls/too-many-warnings': 10,
    'tls/too-much-waiting': 10,
    'tls/unexpected-message': 10,
    'tls/unexpected-record': 10,
    'tls/content-too-long': 22,
    'tls/bad-change-cipher-spec': 10,
    'tls/bad-alert': 50,
    'tls/alert-level': 47,
    'tls/excess-data': 10,
    'tls/bad-hello': 50,
    'tls/bad-extension': 50,
    'tls/extension-twice': 50,
    'tls/illegal-extension': 47,
    'tls/wrong-suite': 47,
    'tls/wrong-group': 47,
    'tls/wrong-scheme': 47,
    'tls/wrong-protocol': 47,
    'tls/wrong-compression': 47,
    'tls/no-null-compression': 47,
    'tls/share-missing': 109,
    'tls/shares-twice': 47,
    'tls/retry-empty': 47,
    'tls/session-echo': 47,
    'tls/second-hello': 47,
    'tls/renegotiation-unprotected': 40,
    'tls/compression-unknown': 47,
    'tls/compression-too-long': 42,
    'tls/compression-broken': 42,
    'tls/bad-message': 50,
    'tls/message-too-long': 47,
    'tls/illegal-value': 47,
    'tls/unoffered-extension': 110,
    'tls/renegotiation': 100,
    'tls/key-used-up': 80,
    'tls/write-too-early': 80,
    'tls/write-after-close': 80,
    'tls/no-such-question': 80,
    'tls/proof-mismatch': 80,
    'tls/missing-extension': 109,
    'tls/too-much-early-data': 10,
    'tls/too-much-passed-over': 10,
    'tls/psk-not-last': 47,
    'tls/psk-binders': 47,
    'tls/psk-hash': 47,
    'tls/early-data-protocol': 47,
    'tls/early-data-suite': 47,
    'tls/early-data-version': 70,
    'tls/binder-wrong': 51,
    'tls/client-certificate-required': 116,
    'tls/too-many-key-updates': 10,
    'tls/nothing-to-speak': 80,
    'tls/external-key-unknown': 51,
    'tls/external-key-own': 51,
    'tls/key-not-offered': 47,
    'tls/no-key-mode': 40,
    'tls/nothing-to-show': 40,
  }
  for (const code of Object.keys(tlsFailures) as FailureCode[]) expect(fail(code).alert, code).toBe(alerts[code])
})

test('the certificate of the local authority is proposed when a certificate of ours was refused, not otherwise', () => {
  const proposed = Array.from({ length: 130 }, (_, number) => number).filter(number =>
    english.tryThis(fail('tls/alert-received', { number })).some(step => step.includes('barewire ca path')),
  )
  expect(proposed).toEqual([42, 46, 48])
})

test('sentences speak of messages, not of the states of an engine', () => {
  const side = new Side(tlsClient({ crypto, serverName: 'shop.test' }), noAnswers)
  side.touch()
  side.touch(record(22, Uint8Array.of(14, 0, 0, 0)))
  expect(sentence(side.failure!)).toContain('We wait for ServerHello; ServerHelloDone came.')
  expect(sentence(fail('tls/alert-received', { number: 80, where: 'WaitServerHello' }))).not.toContain('Wait')
})

test('every code of the family says a whole sentence without any facts', () => {
  for (const code of Object.keys(tlsFailures) as FailureCode[]) {
    expect(failures).toHaveProperty([code])
    expect(english.says(fail(code)), code).toMatch(/\.$/)
    expect(english.says(fail(code)), code).not.toContain('undefined')
    for (const step of english.tryThis(fail(code, { where: 'shop.test' })))
      expect(step, code).toMatch(/^(barewire (get|serve)|openssl s_client -connect shop.test:443) ?/)
  }
})
