/** Whose words a message is made of, by its form. Several may be true: curl hands on what OpenSSL says. */

export type Speaker =
  | 'curl'
  | 'Python'
  | 'Java'
  | 'Go'
  | 'Node'
  | 'Chrome'
  | 'Firefox'
  | 'GnuTLS'
  | 'wget'
  | 'nginx'
  | 'BoringSSL'
  | 'OpenSSL'

const FORMS: readonly (readonly [speaker: Speaker, form: RegExp])[] = [
  ['nginx', /\[(?:info|error|crit|warn|alert|emerg)\] \d+#\d+:/],
  ['curl', /\bcurl(?: error)?:? ?\(?\d+|\bcURL error/i],
  ['Python', /\[SSL[:\]]|_ssl\.c:\d+|urlopen error|requests\.exceptions|\[Errno \d+\]|http\.client/],
  ['Java', /\b(?:javax?|sun)\.[\w.]+(?:Exception|Error)|PKIX path/],
  ['Go', /\bx509: |\btls: |\bdial tcp\b|\bnet\/http: |remote error: tls/],
  ['Chrome', /\bnet::ERR_|\bNET::ERR_|\bERR_(?:CERT|CONNECTION|NAME|ADDRESS|SSL_(?:PROTOCOL|VERSION_OR))_/],
  ['Firefox', /\bSEC_ERROR_|\bSSL_ERROR_(?!SYSCALL)|\bMOZILLA_PKIX_|\bPR_(?:CONNECT|END_OF_FILE)_/],
  ['GnuTLS', /\bGnuTLS\b|^\*\*\* |\bGNUTLS_E_/m],
  ['wget', /^(?:ERROR|WARNING): |Unable to establish SSL connection/m],
  [
    'Node',
    /(?<!::)\bERR_(?:TLS|SSL(?!_(?:PROTOCOL|VERSION_OR|OBSOLETE))|HTTP)_|\bHPE_|\bUND_ERR_|\bEPROTO\b|deps\/openssl|\bE(?:CONN|ADDR|HOST|NET|TIMED|PIPE)\w+\b/,
  ],
  ['BoringSSL', /OPENSSL_internal|BoringSSL|error:10000\w{3}:SSL/],
  ['OpenSSL', /\berror:[0-9A-F]{8}:|SSL routines|verify error:num=|Verify return code|SSL_ERROR_SYSCALL/],
]

export const speakersOf = (message: string): readonly Speaker[] =>
  FORMS.filter(([, form]) => form.test(message)).map(([speaker]) => speaker)
