/** RFC 9110 9.2.1, RFC 10008 2: methods that only ask, so that a copy of the request does nothing that the request did not. */
export const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY'])
