import X509

/// The certificate authority of one machine.
struct DevelopmentAuthority {
    let certificate: Certificate
}
