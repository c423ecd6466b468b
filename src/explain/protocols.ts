/** Which protocol answers on a port that should have spoken TLS: those that speak first, by their first bytes. */

const GREETINGS: readonly (readonly [start: RegExp, protocol: string])[] = [
  [/^"HTTP/, 'HTTP'],
  [/^"SSH-/, 'SSH'],
  [/^"220/, 'SMTP/FTP'],
  [/^"\+OK/, 'POP3'],
  [/^"\* OK/, 'IMAP'],
  // A packet of less than 256 bytes with number 0, and version 10 of its protocol.
  [/^[\da-f]{2} 00 00 00 0a/, 'MySQL'],
]

/** `got` as `tls/not-tls` has it: text in quotes, or bytes in hex. */
export const spokenIn = (got: string | undefined): string | undefined =>
  got === undefined ? undefined : GREETINGS.find(([start]) => start.test(got))?.[1]

/** Whether the other side takes a version of TLS that we know: somebody switched it off here. */
export const wantsSwitchedOff = (got: string | undefined): boolean => /TLS 1\.[23]/.test(got ?? '')
