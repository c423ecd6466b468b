import { loadKoffi } from '../../src/node/openssl.ts'

/** Whether this process can call OpenSSL's functions at all: whether it does so rightly is for the tests to say. */
export const callsOpenSsl = ((): boolean => {
  try {
    return loadKoffi().load(null).func('void *EVP_CIPHER_CTX_new()') !== undefined
  } catch {
    return false
  }
})()
