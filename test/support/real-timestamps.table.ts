/** Timestamps of logs that are not ours: of public ones in a certificate that a public authority issued, and of one of the CT project's tests. */

const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))

/** For cloudflare.com, of March 2026, with two timestamps in it; its issuer; and the keys of the logs that gave them. */
export const logged = {
  at: Date.UTC(2026, 3, 1),
  leaf: bytes(
    'MIID+DCCA5+gAwIBAgIQWY2RXoAxqNoO7FvswSS0tzAKBggqhkjOPQQDAjA7MQswCQYDVQQGEwJVUzEeMBwGA1UEChMVR29vZ2xl' +
      'IFRydXN0IFNlcnZpY2VzMQwwCgYDVQQDEwNXRTEwHhcNMjYwMzEyMjA1OTUxWhcNMjYwNjEwMjE1OTQ2WjAZMRcwFQYDVQQDEw5j' +
      'bG91ZGZsYXJlLmNvbTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHwmBC5XJkSku2Q0vUpGY5t03uLeG2oMLoTxEy+9NvkoirLg' +
      'qKHiXtqJNS9pi2KPBt3BQRuLOkgT+3h/qafX0mqjggKlMIICoTAOBgNVHQ8BAf8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwEw' +
      'DAYDVR0TAQH/BAIwADAdBgNVHQ4EFgQU1cW/w5unb/KCgT7A6ullCdQeJaMwHwYDVR0jBBgwFoAUkHeSNWfE/6jMqeZ72YB5e8yT' +
      '+TgwXgYIKwYBBQUHAQEEUjBQMCcGCCsGAQUFBzABhhtodHRwOi8vby5wa2kuZ29vZy9zL3dlMS9XWTAwJQYIKwYBBQUHMAKGGWh0' +
      'dHA6Ly9pLnBraS5nb29nL3dlMS5jcnQwdwYDVR0RBHAwboIOY2xvdWRmbGFyZS5jb22CEW5zLmNsb3VkZmxhcmUuY29tghMqLm5z' +
      'LmNsb3VkZmxhcmUuY29tghoqLnNlY29uZGFyeS5jbG91ZGZsYXJlLmNvbYIYc2Vjb25kYXJ5LmNsb3VkZmxhcmUuY29tMBMGA1Ud' +
      'IAQMMAowCAYGZ4EMAQIBMDYGA1UdHwQvMC0wK6ApoCeGJWh0dHA6Ly9jLnBraS5nb29nL3dlMS9WNEQwQUlrZmwySS5jcmwwggEE' +
      'BgorBgEEAdZ5AgQCBIH1BIHyAPAAdgBJnJtp3h187Pw23s2HZKa4W68Kh4AZ0VVS++nrKd34wwAAAZzkEDByAAAEAwBHMEUCIQDx' +
      '0DvJdlOKLNaT0/uO7ylq7Uq0O/IBcYWfv4gCCIIaiQIgEs82IJGl3VnBX2ZX4dnpeA3AKK8G+zeWpLupZPPr12AAdgCWl2S/VViX' +
      'rfdDh2g3CEJ36fA61fak8zZuRqQ/D8qpxgAAAZzkEDChAAAEAwBHMEUCIQCDWh98Eg3++GhbUnCLDpOYh7LnjVF5IAzZfHRsnhkl' +
      'RgIgAl8Pz2IhPluE7iEddoGeigJ4g7bkwCGPjzaCNYhoe70wCgYIKoZIzj0EAwIDRwAwRAIgE4uME19L2OtjxDEFEOhypI0NfgyG' +
      'SMBoF/WiTrl3wd0CIF9BdxfmCMtcB69xECOPTR2gxNr8jB6pT4dLYCCNuqMj',
  ),
  issuer: bytes(
    'MIICnzCCAiWgAwIBAgIQf/MZd5csIkp2FV0TttaF4zAKBggqhkjOPQQDAzBHMQswCQYDVQQGEwJVUzEiMCAGA1UEChMZR29vZ2xl' +
      'IFRydXN0IFNlcnZpY2VzIExMQzEUMBIGA1UEAxMLR1RTIFJvb3QgUjQwHhcNMjMxMjEzMDkwMDAwWhcNMjkwMjIwMTQwMDAwWjA7' +
      'MQswCQYDVQQGEwJVUzEeMBwGA1UEChMVR29vZ2xlIFRydXN0IFNlcnZpY2VzMQwwCgYDVQQDEwNXRTEwWTATBgcqhkjOPQIBBggq' +
      'hkjOPQMBBwNCAARvzTr+Z1dHTCEDhUDCR127WEcPQMFcF4XGGTfn1XzthkubgdnXGhOlCgP4mMTG6J7/EFmPLCaY9eYmJbsPAvpW' +
      'o4H+MIH7MA4GA1UdDwEB/wQEAwIBhjAdBgNVHSUEFjAUBggrBgEFBQcDAQYIKwYBBQUHAwIwEgYDVR0TAQH/BAgwBgEB/wIBADAd' +
      'BgNVHQ4EFgQUkHeSNWfE/6jMqeZ72YB5e8yT+TgwHwYDVR0jBBgwFoAUgEzW63T/STaj1dj8tT7FavCUHYwwNAYIKwYBBQUHAQEE' +
      'KDAmMCQGCCsGAQUFBzAChhhodHRwOi8vaS5wa2kuZ29vZy9yNC5jcnQwKwYDVR0fBCQwIjAgoB6gHIYaaHR0cDovL2MucGtpLmdv' +
      'b2cvci9yNC5jcmwwEwYDVR0gBAwwCjAIBgZngQwBAgEwCgYIKoZIzj0EAwMDaAAwZQIxAOcCq1HW90OVznX+0RGU1cxAQXomvtgM' +
      '8zItPZCuFQ8jSBJSjz5keROv9aYsAm5VsQIwJonMaAFi54mrfhfoFNZEfuNMSQ6/bIBiNLiyoX46FohQvKeIoJ99cx7sUkFN7uJW',
  ),
  logs: [
    {
      name: 'DigiCert Sphinx2026h1',
      key: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEq4S++DyHokIlmmacritS51r5IRsZA6UH4kYLH4pefGyu/xl3huh7/O5rNk/yvMOeBQKaCAG1SSM1xNNQK1Hp9A==',
    },
    {
      name: 'Google Xenon2026h1',
      key: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEOh/Iu87VkEc0ysoBBCchHOIpPZK7kUXHWj6l1PIS5ujmQ7rze8I4r/wjigVW6wMKMMxjbNk8vvV7lLqU07+ITA==',
    },
  ],
} as const

/** A certificate, and the timestamp that was given for it whole, as it comes in a handshake. */
export const handshake = {
  certificate: bytes(
    'MIICyjCCAjOgAwIBAgIBBjANBgkqhkiG9w0BAQUFADBVMQswCQYDVQQGEwJHQjEkMCIGA1UEChMbQ2VydGlmaWNhdGUgVHJhbnNw' +
      'YXJlbmN5IENBMQ4wDAYDVQQIEwVXYWxlczEQMA4GA1UEBxMHRXJ3IFdlbjAeFw0xMjA2MDEwMDAwMDBaFw0yMjA2MDEwMDAwMDBa' +
      'MFIxCzAJBgNVBAYTAkdCMSEwHwYDVQQKExhDZXJ0aWZpY2F0ZSBUcmFuc3BhcmVuY3kxDjAMBgNVBAgTBVdhbGVzMRAwDgYDVQQH' +
      'EwdFcncgV2VuMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCx+jeTYRH4eS2iCBw/5BklAIUx3H8sZXvZ4d5HBBYLTJ8Z1Ura' +
      'RHBATBxRNBuPH3U43d0o2aykg2n8VkbdzHYX+BaKrltB1DMx/KLa38gE1XIIlJBh+e75AspHzojGROAA8G7uzKvcndL2iiLMsJ3H' +
      'bg28c1J3ZbGjeoxnYlPcwQIDAQABo4GsMIGpMB0GA1UdDgQWBBRqDZgqO2LES20u9Om7egGqnLeY4jB9BgNVHSMEdjB0gBRfnYgN' +
      'yHPmVNT4DdjmsMEktEfDVaFZpFcwVTELMAkGA1UEBhMCR0IxJDAiBgNVBAoTG0NlcnRpZmljYXRlIFRyYW5zcGFyZW5jeSBDQTEO' +
      'MAwGA1UECBMFV2FsZXMxEDAOBgNVBAcTB0VydyBXZW6CAQAwCQYDVR0TBAIwADANBgkqhkiG9w0BAQUFAAOBgQAXHNhKrEFKmgMP' +
      'IqrI9oiwgbJwm4SLTlURQGzXB/7QKFl6n678Lu4peNYzqqwU7TI1GX2ofg9xuIdfGsnniygXSd3t0Afj7PUGRfjL9mclbNahZHte' +
      'EyA7uFgt59Zpb2VtHGC5X0Vrf88zhXGQjxxpcn0kxPzNJJKVeVgU0drA5g==',
  ),
  timestamp: new Uint8Array(
    Buffer.from(
      '00df1c2ec11500945247a96168325ddc5c7959e8f7c6d388fc002e0bbd3f74d7640000013ddb27ded9000004030047304502' +
        '20606e10ae5c2d5a1b0aed49dc4937f48de71a4e9784e9c208dfbfe9ef536cf7f2022100beb29c72d7d06d61d06bdb38a069' +
        '469aa86fe12e18bb7cc45689a2c0187ef5a5',
      'hex',
    ),
  ),
  key: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmXg8sUUzwBYaWrRb+V0IopzQ6o3UyEJ04r5ZrRXGdpYM8K+hB0pXrGRLI0eeWz+3skXrS0IO83AhA3GpRL6s6w==',
} as const
