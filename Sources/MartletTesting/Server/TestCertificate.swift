import Martlet

/// The certificate of servers in tests, for `localhost`, `127.0.0.1` and `::1` until 2120, and its authority.
///
/// Everyone has the key: nothing but a test may trust the authority.
enum TestCertificate {
    /// The settings of a server with the certificate.
    static let server = SecurityContext(
        identity: .pem(certificateChain: .bytes(Array(certificate.utf8)), privateKey: .bytes(Array(key.utf8)))
    )
    /// The settings of a client that trusts the authority, and no other.
    static let client = SecurityContext(trustedRoots: .certificates(.bytes(Array(authority.utf8))))

    private static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBvTCCAWOgAwIBAgIUNY3NzRl8JN0JpID/iEY3qqv5nd0wCgYIKoZIzj0EAwIw
        OjEQMA4GA1UECgwHTWFydGxldDEmMCQGA1UEAwwdVGVzdHMgb25seTogdGhlIGtl
        eSBpcyBwdWJsaWMwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMDox
        EDAOBgNVBAoMB01hcnRsZXQxJjAkBgNVBAMMHVRlc3RzIG9ubHk6IHRoZSBrZXkg
        aXMgcHVibGljMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEhoKPPEVtojKKm1AW
        h0sE3JAiiYn1TwRnemEM56vJsWyXVc8HD9hFyJgE8TCRN5JBKHJXGRpK54j05iOc
        5Ls0CaNFMEMwEgYDVR0TAQH/BAgwBgEB/wIBADAOBgNVHQ8BAf8EBAMCAgQwHQYD
        VR0OBBYEFK1m9Pbg82Ef1oHo2VSknAhMWYM2MAoGCCqGSM49BAMCA0gAMEUCICEd
        73V0Sof06040kIZb9HnuH227T0DLHzN7I3XCUA8xAiEAw1BhNtqqQdEaTB8B/87o
        hvJFohOiL1T0fg2MQyds+KI=
        -----END CERTIFICATE-----
        """

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIB6TCCAZCgAwIBAgIUdbMpjzQY1tK+CcF29kv5fczm6MUwCgYIKoZIzj0EAwIw
        OjEQMA4GA1UECgwHTWFydGxldDEmMCQGA1UEAwwdVGVzdHMgb25seTogdGhlIGtl
        eSBpcyBwdWJsaWMwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMCYx
        EDAOBgNVBAoMB01hcnRsZXQxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMGByqGSM49
        AgEGCCqGSM49AwEHA0IABAuSrUIYSSSpRJCvaG3pfxfL9FdOPU1k8GlT6VlPXtLD
        9dRBZ+YXSkv+O+T+gQAl6gpjfoM8WNjkot2CKwP18gSjgYUwgYIwDAYDVR0TAQH/
        BAIwADAOBgNVHQ8BAf8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwEwHwYDVR0j
        BBgwFoAUrWb09uDzYR/WgejZVKScCExZgzYwLAYDVR0RBCUwI4IJbG9jYWxob3N0
        hwR/AAABhxAAAAAAAAAAAAAAAAAAAAABMAoGCCqGSM49BAMCA0cAMEQCIF+7qYvp
        C9X6lWo/GvCn2/gufH42wfhk9aG8Dw4cIyeRAiAfo6toLhMmzkTQR33VO78JuqRv
        2M7DxTSPAyh1KBW0hw==
        -----END CERTIFICATE-----
        """

    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHm1rSe62ITgM6sRn
        XaT26mGXReheBLdawhGq1gJpY3qhRANCAAQLkq1CGEkkqUSQr2ht6X8Xy/RXTj1N
        ZPBpU+lZT17Sw/XUQWfmF0pL/jvk/oEAJeoKY36DPFjY5KLdgisD9fIE
        -----END PRIVATE KEY-----
        """
}
