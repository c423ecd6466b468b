/** Identifiers that only rules for issuers know. */

/** Of attributes in names (X.520), beside those in `OID`. */
export const ATTRIBUTE = {
  surname: '2.5.4.4',
  serialNumber: '2.5.4.5',
  streetAddress: '2.5.4.9',
  title: '2.5.4.12',
  businessCategory: '2.5.4.15',
  postalCode: '2.5.4.17',
  givenName: '2.5.4.42',
  dnQualifier: '2.5.4.46',
  organizationIdentifier: '2.5.4.97',
  jurisdictionLocality: '1.3.6.1.4.1.311.60.2.1.1',
  jurisdictionState: '1.3.6.1.4.1.311.60.2.1.2',
  jurisdictionCountry: '1.3.6.1.4.1.311.60.2.1.3',
} as const

export const POLICY = {
  /** CA/B BR 7.1.6.1. */
  domain: '2.23.140.1.2.1',
  organization: '2.23.140.1.2.2',
  individual: '2.23.140.1.2.3',
  extended: '2.23.140.1.1',
  /** RFC 5280 4.2.1.4, types of qualifiers. */
  practiceStatement: '1.3.6.1.5.5.7.2.1',
  userNotice: '1.3.6.1.5.5.7.2.2',
} as const

/** RFC 6962 3.1. */
export const PRECERTIFICATE = {
  poison: '1.3.6.1.4.1.11129.2.4.3',
  signing: '1.3.6.1.4.1.11129.2.4.4',
} as const
