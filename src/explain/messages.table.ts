/**
 * What other tools say, by patterns, and what it is here. A row adds to `elsewhere.table.ts`, whose names are looked for
 * too: texts with names and numbers in them, words that several tools share, and a remark where the same words mean
 * something else than they seem to. Patterns are for text in lower case with spaces for underscores (`plain` in
 * `messages.ts`). Collected from runs of the tools and from their sources: `messages.test.ts` has them.
 */
import type { FailureCode } from '../failures/index.ts'

/** Sentences about a message; each language has them all. */
export type Remark =
  | 'a root came along'
  | 'below TLS'
  | 'chrome client certificate'
  | 'chrome protocol error'
  | 'chrome version or suite'
  | 'chunks of an answer'
  | 'client of this server'
  | 'common name is not looked at'
  | 'eof of openssl 3'
  | 'both dates'
  | 'go joins three'
  | 'half of the handshake'
  | 'java has its own roots'
  | 'key and certificate'
  | 'legacy algorithm'
  | 'legacy renegotiation'
  | 'no shared cipher'
  | 'only the leaf came'
  | 'proxy of a company'
  | 'reason elsewhere'
  | 'root or intermediate'
  | 'server behind a proxy'
  | 'small parameters'
  | 'version of a record'
  | 'wrapper of node'
  | 'sslv3 is a name'

export interface MessageRow {
  readonly fits: RegExp
  /** The likeliest first. None where nothing here fails so, or where it only adds to what others say. */
  readonly codes: readonly FailureCode[]
  readonly remark?: Remark
  /** Says less than a row without: an errno that stands for several things, or that something failed and no more. */
  readonly weight?: 'general' | 'vague'
}

export const messageRows: readonly MessageRow[] = [
  // Names and addresses.
  {
    fits: /enotfound|getaddrinfo failed|name or service not known|nodename nor servname|could not resolve host|no such host|unknownhostexception|unable to resolve host|err name not resolved/,
    codes: ['dns/no-address'],
  },
  {
    fits: /eai again|temporary failure in name resolution|server misbehaving/,
    codes: ['dns/silence', 'dns/server-failure'],
  },
  { fits: /could not resolve proxy/, codes: ['net/proxy-unreachable', 'dns/no-address'] },
  // Connecting.
  {
    fits: /econnrefused|failed to connect to|couldn't connect to server|connect error|connection refused|errno[ =]111\b/,
    codes: ['tcp/refused'],
    weight: 'general',
  },
  {
    fits: /etimedout|connection timed out|connect timed out|i\/o timeout|errno[ =]110\b|und err connect timeout|operation timed out/,
    codes: ['tcp/silence', 'net/idle-timeout', 'http/head-timeout'],
    weight: 'general',
  },
  {
    fits: /ehostunreach|no route to host|enetunreach|network is unreachable|err internet disconnected|errno[ =]1(?:01|13)\b/,
    codes: ['net/unreachable', 'ip/no-route'],
    weight: 'general',
  },
  { fits: /eaddrinuse|address already in use/, codes: ['net/port-taken'], weight: 'general' },
  {
    fits: /eaddrnotavail|cannot assign requested address/,
    codes: ['net/no-such-address', 'tcp/no-free-port'],
    weight: 'general',
  },
  { fits: /(?:listen|bind).*(?:eacces|permission denied)/, codes: ['net/port-forbidden'] },
  {
    fits: /client network socket disconnected before secure tls/,
    codes: ['tls/handshake-cut', 'tcp/reset-in-handshake'],
    remark: 'half of the handshake',
  },
  {
    fits: /ssl error syscall|pr end of file error|remote host terminated the handshake|ssl peer shut down incorrectly|err connection closed|: eof$/,
    codes: ['tls/handshake-cut', 'tcp/reset-in-handshake', 'tls/cut-short'],
    remark: 'below TLS',
  },
  { fits: /peer closed connection in ssl handshake/, codes: ['tcp/reset-in-handshake', 'tls/handshake-cut'] },
  {
    fits: /socket hang up|remote end closed connection without response|empty reply from server|err empty response|server closed the connection without sending|upstream prematurely closed connection while reading response header/,
    codes: ['http/no-answer', 'http/head-cut-short', 'tls/handshake-cut'],
  },
  {
    fits: /curl(?: error)?:? \(?35\b.*(?:reset|recv failure)|ssl connect.*econnreset/,
    codes: ['tcp/reset-in-handshake', 'tls/handshake-cut'],
  },
  {
    fits: /econnreset|connection reset|forcibly closed|pr connect reset error|errno[ =]104\b|error in the pull function/,
    codes: ['tcp/reset', 'tcp/reset-in-handshake'],
    weight: 'general',
  },
  {
    fits: /epipe|broken pipe|send failure|error writing to server/,
    codes: ['tcp/reset', 'tls/cut-short'],
    weight: 'general',
  },
  // No TLS, or nothing in common.
  {
    fits: /wrong version number|ssl error rx record too long|unsupported or unrecognized ssl message|first record does not look like a tls handshake|unexpected tls packet was received|packet length too long/,
    codes: ['tls/not-tls', 'tls/record-version'],
    remark: 'version of a record',
  },
  { fits: /gave http response to https client/, codes: ['tls/not-tls'] },
  {
    fits: /ssl routines:[^:]*:http request|ssl: http request|err ssl http request|client sent plain http request to https port|plain http request was sent to https port|sent an http request to an https server/,
    codes: ['tls/http-spoken'],
  },
  { fits: /https proxy request/, codes: ['tls/http-spoken', 'net/bad-proxy'] },
  {
    fits: /err ssl protocol error/,
    codes: ['tls/not-tls', 'tls/alpn-none', 'tls/alert-received', 'tls/bad-message'],
    remark: 'chrome protocol error',
    weight: 'general',
  },
  {
    fits: /err ssl version or cipher mismatch/,
    codes: ['tls/no-common-version', 'tls/no-common-suite', 'tls/nothing-in-common', 'tls/no-common-group'],
    remark: 'chrome version or suite',
  },
  { fits: /ssl error no cypher overlap/, codes: ['tls/no-common-suite', 'tls/no-common-version'] },
  {
    fits: /err bad ssl client auth cert|err ssl client auth cert needed/,
    codes: ['tls/client-certificate-wanted', 'tls/alert-received'],
    remark: 'chrome client certificate',
  },
  {
    fits: /err ssl obsolete version|no protocols available|unsupported protocol\b(?! scheme)|unsupported ssl version|unsupported versions|ssl error unsupported version|no appropriate protocol|protocol version is not enabled/,
    codes: ['tls/no-common-version'],
  },
  {
    fits: /no shared cipher|no cipher suites? in common|no cipher suite supported by both|no cipher match|no ciphers available/,
    codes: ['tls/no-common-suite', 'tls/certificate-kind'],
    remark: 'no shared cipher',
  },
  {
    fits: /no shared groups?|no suitable key share|no suitable groups|unsupported elliptic curve/,
    codes: ['tls/no-common-group'],
  },
  {
    fits: /no shared signature algorithms|no suitable signature algorithm|unsupported signature algorithm|doesn't support any of the certificate's signature/,
    codes: ['tls/no-common-scheme'],
  },
  {
    fits: /no application protocol|err alpn negotiation failed|next protocol no protocol|unsupported application protocols/,
    codes: ['tls/alpn-none'],
  },
  { fits: /inappropriate fallback/, codes: ['tls/fallback', 'tls/downgrade'] },
  { fits: /downgrade detected|tls13 downgrade/, codes: ['tls/downgrade'] },
  {
    fits: /unsafe legacy renegotiation disabled|ssl error unsafe negotiation/,
    codes: ['tls/renegotiation-unprotected'],
    remark: 'legacy renegotiation',
  },
  { fits: /no renegotiation/, codes: ['tls/renegotiation'] },
  {
    fits: /legacy sigalg disallowed or unsupported/,
    codes: ['tls/no-common-scheme', 'tls/no-common-version'],
    remark: 'legacy algorithm',
  },
  { fits: /dh key too small|dh value/, codes: [], remark: 'small parameters' },
  {
    fits: /ee (?:certificate )?key too (?:small|weak)|ca (?:certificate )?key too (?:small|weak)|md too weak|digest algorithm too weak|err cert weak|inadequate key size|signature algorithm disabled|insecure algorithm|algorithm constraints check failed/,
    codes: ['tls/certificate-algorithm'],
  },
  // Records and messages of TLS.
  {
    fits: /bad record mac|decryption failed|ssl error bad mac read|decryption has failed/,
    codes: ['tls/record-damaged'],
  },
  {
    fits: /digest check failed|bad handshake hash value|server's finished message|client's finished message/,
    codes: ['tls/finished-wrong'],
  },
  {
    fits: /unexpected eof while reading|eof occurred in violation of protocol|non-properly terminated/,
    codes: ['tls/cut-short', 'tls/handshake-cut'],
    remark: 'eof of openssl 3',
  },
  {
    fits: /unexpected message|unexpected handshake message|unexpected record|app data in handshake/,
    codes: ['tls/unexpected-message'],
  },
  {
    fits: /ssl routines:[^:]*:length mismatch|decode error|malformed handshake|clienthello parse/,
    codes: ['tls/bad-message'],
  },
  { fits: /excessive message size/, codes: ['tls/message-too-long'] },
  { fits: /bad extension|error parsing extension/, codes: ['tls/bad-extension'] },
  { fits: /unsolicited extension|unexpected extension/, codes: ['tls/unoffered-extension'] },
  { fits: /missing (?:sigalgs |supported groups )?extension/, codes: ['tls/missing-extension'] },
  { fits: /data length too long|oversized record/, codes: ['tls/content-too-long', 'tls/record-too-long'] },
  { fits: /too many warn(?:ing)? alerts/, codes: ['tls/too-many-warnings'] },
  { fits: /too many key updates/, codes: ['tls/too-many-key-updates'] },
  { fits: /binder does not verify|psk identity not found/, codes: ['tls/binder-wrong', 'tls/external-key-unknown'] },
  { fits: /bad signature(?!.*cert)|invalid signature by the/, codes: ['tls/signature-wrong'] },
  { fits: /bad ecpoint|bad key share|invalid key share/, codes: ['tls/share-wrong'] },
  {
    fits: /peer did not return a certificate|client didn't provide a certificate|no required ssl certificate|empty client certificate chain|null cert chain/,
    codes: ['tls/client-certificate-required', 'tls/client-certificate-missing'],
    remark: 'client of this server',
  },
  {
    fits: /key values mismatch|private key does not match|private key mismatch/,
    codes: ['net/key-mismatch'],
    remark: 'key and certificate',
  },
  {
    fits: /bad decrypt|bad password read|maybe wrong password|mac verify failure|password was incorrect/,
    codes: ['file/password-wrong', 'net/key-encrypted'],
  },
  { fits: /no start line|bad end line|failed to find any pem data/, codes: ['net/bad-certificate', 'net/bad-key'] },
  // Certificates.
  {
    fits: /certificate has expired(?! or)|certificate is expired|cert has expired|certificateexpired|uses expired certificate|has expired(?! or)|sec error expired|is after \d|notafter:/,
    codes: ['tls/certificate-expired'],
  },
  {
    fits: /not yet valid(?!: current)|not yet (?:been )?activated|certificatenotyetvalid|notbefore:|is before \d/,
    codes: ['tls/certificate-not-yet'],
  },
  {
    fits: /has expired or is not yet valid/,
    codes: ['tls/certificate-expired', 'tls/certificate-not-yet'],
    remark: 'both dates',
  },
  {
    fits: /validity check failed|err cert date invalid/,
    codes: ['tls/certificate-expired', 'tls/certificate-not-yet'],
    remark: 'both dates',
  },
  { fits: /err cert common name invalid/, codes: ['tls/certificate-name'], remark: 'common name is not looked at' },
  {
    fits: /hostname mismatch|ip address mismatch|does not match target host ?name|no alternative certificate subject name|hostname\/ip does not match|altname invalid|no subject alternative|no name matching|certificate is (?:not )?valid for|doesn't contain any ip sans|owner does not match hostname|name in the certificate does not match|ssl error bad cert domain|certificate does not match "|doesn't match (?:host|either)/,
    codes: ['tls/certificate-name'],
  },
  {
    fits: /unable to get local issuer cert|unable to get issuer cert|err cert authority invalid|sec error unknown issuer|doesn't have a known issuer|certificate issuer is unknown/,
    codes: ['tls/certificate-untrusted', 'tls/chain-incomplete', 'tls/certificate-self-signed'],
    remark: 'root or intermediate',
  },
  {
    fits: /unable to verify the first certificate|unable to verify leaf signature/,
    codes: ['tls/chain-incomplete', 'tls/certificate-untrusted'],
    remark: 'only the leaf came',
  },
  {
    fits: /self[ -]signed cert(?:ificate)? in (?:certificate )?chain/,
    codes: ['tls/certificate-untrusted', 'tls/certificate-distrusted'],
    remark: 'a root came along',
  },
  {
    fits: /depth zero self signed cert|self[ -]signed cert(?:ificate)?(?! in)/,
    codes: ['tls/certificate-self-signed'],
  },
  { fits: /mitm detected/, codes: ['tls/certificate-untrusted'], remark: 'proxy of a company' },
  {
    fits: /pkix path building failed|unable to find valid certification path|trustanchors parameter must be non-empty/,
    codes: ['tls/certificate-untrusted', 'tls/chain-incomplete', 'tls/certificate-self-signed'],
    remark: 'java has its own roots',
  },
  {
    fits: /signed by unknown authority/,
    codes: ['tls/certificate-untrusted', 'tls/chain-incomplete', 'tls/certificate-self-signed'],
    remark: 'go joins three',
  },
  {
    fits: /certificate chain too long|path length|too many intermediates/,
    codes: ['tls/certificate-path-length', 'tls/chain-too-complex'],
  },
  {
    fits: /invalid ca certificate|not a ca certificate|issuer is not a ca|cannot sign this kind of certificate|ca cert invalid|is not authorized to sign/,
    codes: ['tls/certificate-not-ca'],
  },
  {
    fits: /inadequate key usage|keyusage does not allow/,
    codes: ['tls/certificate-key-usage', 'tls/certificate-purpose'],
  },
  {
    fits: /unsuitable certificate purpose|unsupported certificate purpose|invalid purpose|incompatible key usage|key usage does not (?:permit|allow)|does not match the intended purpose|inadequate cert type|ca cert used as end entity/,
    codes: ['tls/certificate-purpose', 'tls/certificate-key-usage', 'tls/certificate-not-ca'],
  },
  { fits: /(?:unhandled|unrecognized|unknown) critical extension/, codes: ['tls/certificate-critical'] },
  {
    fits: /name constraint|permitted subtree|excluded subtree|not permitted by any constraint/,
    codes: ['tls/certificate-constraint'],
  },
  {
    fits: /certificate revoked(?! alert)|certificate (?:has been|was|is) revoked|cert revoked|sec error revoked certificate|certificaterevoked/,
    codes: ['tls/certificate-revoked'],
  },
  {
    fits: /unable to get (?:certificate )?crl|unable to check revocation|sec error ocsp|crl has expired|revocation status/,
    codes: ['tls/revocation-unknown'],
  },
  { fits: /required tls feature missing|no ocsp response|invalid ocsp/, codes: ['tls/staple-missing'] },
  { fits: /transparency required|no valid scts|insufficient scts/, codes: ['tls/transparency-missing'] },
  {
    fits: /certificate signature failure|cert signature failure|sec error bad signature|crypto\/rsa: verification error|ecdsa verification failure|signature check failed/,
    codes: ['tls/certificate-signature'],
  },
  { fits: /no explicit policy|invalid policy|policy constraints/, codes: ['tls/certificate-policy'] },
  { fits: /pinned (?:public )?key|pinned key not in cert|public key pin/, codes: ['tls/key-untrusted'] },
  {
    fits: /err cert invalid/,
    codes: ['tls/certificate-malformed', 'tls/certificate-purpose', 'tls/certificate-constraint'],
  },
  { fits: /x509: malformed|wrong tag|header too long|sec error bad der/, codes: ['tls/certificate-malformed'] },
  {
    fits: /error in the certificate|ssl certificate verification failed|pki verification of server certificate failed|certificate verify failed|certificate verify error|certificate verify failure|certificate of .* is not trusted|unable to establish ssl connection/,
    codes: ['tls/certificate-untrusted', 'tls/certificate-expired', 'tls/certificate-name'],
    remark: 'reason elsewhere',
    weight: 'vague',
  },
  // HTTP.
  {
    fits: /duplicate content-length|multiple content[- ]length|cannot contain multiple content-length/,
    codes: ['http/two-lengths'],
  },
  { fits: /content-length can't be present with/, codes: ['http/length-and-chunked'] },
  { fits: /invalid (?:character in )?content-length|bad content-length/, codes: ['http/bad-length'] },
  {
    fits: /invalid character in chunk size|hexadecimal sequence in chunked|bogus chunk size|invalid byte in chunk length|invalid chunk|malformed chunked|err invalid chunked encoding/,
    codes: ['http/bad-chunk'],
  },
  {
    fits: /expected http\/|received http\/0.9|invalid http response|malformed http (?:response|status code|version)|badstatusline|no valid http\/1|hpe invalid constant|hpe invalid method/,
    codes: ['http/bad-start-line'],
  },
  { fits: /unsupported http version|invalid http version|unknownprotocol/, codes: ['http/unsupported-version'] },
  {
    fits: /header overflow|headers overflow|header size too big|linetoolong|too long header line|header(?: or cookie)? too (?:large|big)|headers too (?:big|large)/,
    codes: ['http/header-too-big'],
  },
  {
    fits: /invalid header (?:token|value|name)|sent invalid header|malformed mime header/,
    codes: ['http/bad-header', 'http/space-before-colon', 'http/folded-header'],
  },
  { fits: /without "host" header|missing host header|missing required host/, codes: ['http/bad-host'] },
  {
    fits: /bytes remaining to read|incompleteread|res content length mismatch|err content length mismatch|err incomplete chunked|outstanding read data remaining|premature eof|premature close|closed connection while reading upstream|\baborted\b|other side closed|: unexpected eof$|^unexpected eof$/,
    codes: ['http/body-cut-short', 'http/no-answer'],
    remark: 'chunks of an answer',
  },
  { fits: /too large body|entity too large|payload too large/, codes: ['http/body-too-big'] },
  { fits: /upstream timed out.*response header/, codes: ['http/head-timeout', 'net/idle-timeout'] },
  { fits: /headers timeout|awaiting headers/, codes: ['http/head-timeout', 'net/idle-timeout'] },
  { fits: /body timeout|read timed out/, codes: ['http/body-timeout', 'net/idle-timeout'] },
  {
    fits: /content unencoding|z data error|not in gzip format|badgzipfile|err content decoding failed|incorrect header check/,
    codes: ['http/bad-encoding'],
  },
  { fits: /unrecognized (?:or bad )?content encoding/, codes: ['http/unknown-content-encoding'] },
  {
    fits: /maximum \(\d+\) redirects|too many\s+redirects|redirect count exceeded|exceeded \d+ redirects|stopped after \d+ redirects|redirected too many|infinite loop/,
    codes: ['net/too-many-redirects'],
  },
  { fits: /err unsafe port|\bbad port\b/, codes: ['net/blocked-port'] },
  { fits: /response 407|proxy authentication required|407 from proxy/, codes: ['net/proxy-authentication'] },
  {
    fits: /tunnel failed|tunneling socket could not|tunnel connection failed|proxy connect aborted|unable to tunnel through proxy|err proxy connection failed/,
    codes: ['net/proxy-refused', 'net/proxy-unreachable'],
  },
  {
    fits: /invalid url|malformed url|bad\/illegal format|unsupported protocol scheme|no host specified|no schema supplied/,
    codes: ['net/bad-url'],
  },
  // That something failed, and no more.
  { fits: /tls fatal alert has been received/, codes: ['tls/alert-received'], weight: 'vague' },
  {
    fits: /curl(?: error)?:? \(?60\b/,
    codes: ['tls/certificate-untrusted', 'tls/chain-incomplete', 'tls/certificate-name', 'tls/certificate-expired'],
    remark: 'reason elsewhere',
    weight: 'vague',
  },
  {
    fits: /curl(?: error)?:? \(?35\b/,
    codes: ['tls/not-tls', 'tls/nothing-in-common', 'tls/no-common-version', 'tcp/reset-in-handshake'],
    remark: 'reason elsewhere',
    weight: 'vague',
  },
  {
    fits: /curl(?: error)?:? \(?56\b/,
    codes: ['tcp/reset', 'tls/cut-short', 'tls/client-certificate-wanted'],
    remark: 'reason elsewhere',
    weight: 'vague',
  },
  {
    fits: /curl(?: error)?:? \(?28\b/,
    codes: ['tcp/silence', 'net/idle-timeout', 'cli/time-up'],
    remark: 'reason elsewhere',
    weight: 'vague',
  },
  {
    fits: /\beproto\b/,
    codes: ['tls/not-tls', 'tls/nothing-in-common', 'tls/no-common-version'],
    remark: 'reason elsewhere',
    weight: 'vague',
  },
  // What adds to others.
  { fits: /fetch failed|typeerror: terminated/, codes: [], remark: 'wrapper of node', weight: 'vague' },
  { fits: /upstream/, codes: [], remark: 'server behind a proxy', weight: 'vague' },
  {
    fits: /^(?!.*upstream).*(?:client ssl certificate|, client: \d)/,
    codes: [],
    remark: 'client of this server',
    weight: 'vague',
  },
]
