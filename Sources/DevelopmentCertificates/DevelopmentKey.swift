import Crypto
import X509

/// A private key, for ECDSA on P-256, which every TLS library knows.
struct DevelopmentKey {
    private let key: P256.Signing.PrivateKey

    /// A new key.
    init() {
        key = P256.Signing.PrivateKey()
    }

    /// Nil when the text is no such key.
    init?(pem: String) {
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: pem) else { return nil }
        self.key = key
    }

    /// The key in PKCS #8 (RFC 5958).
    var pem: String { key.pemRepresentation + "\n" }

    /// The key, to sign with.
    var signer: Certificate.PrivateKey { Certificate.PrivateKey(key) }

    var publicKey: Certificate.PublicKey { Certificate.PublicKey(key.publicKey) }
}
