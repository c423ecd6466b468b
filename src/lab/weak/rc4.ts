/** RC4 (RFC 6229 has its vectors), which RFC 7465 forbids: for a hostile server of the lab, and for nothing else. */
export class Rc4 {
  readonly #state: Uint8Array = Uint8Array.from({ length: 256 }, (_, i) => i)
  #i = 0
  #j = 0
  /** `key`: 1 to 256 bytes. */
  constructor(key: Uint8Array) {
    for (let i = 0, j = 0; i < 256; i++) {
      j = (j + this.#state[i]! + key[i % key.length]!) & 0xff
      this.#swap(i, j)
    }
  }
  /** Encryption and decryption alike; goes on where it was. */
  through(data: Uint8Array): Uint8Array {
    return data.map(octet => octet ^ this.#next())
  }
  #next(): number {
    this.#i = (this.#i + 1) & 0xff
    this.#j = (this.#j + this.#state[this.#i]!) & 0xff
    this.#swap(this.#i, this.#j)
    return this.#state[(this.#state[this.#i]! + this.#state[this.#j]!) & 0xff]!
  }
  #swap(i: number, j: number): void {
    const octet = this.#state[i]!
    this.#state[i] = this.#state[j]!
    this.#state[j] = octet
  }
}
