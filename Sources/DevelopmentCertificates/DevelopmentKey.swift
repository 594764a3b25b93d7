import Crypto
import X509

/// A private key for ECDSA on P-256, which every TLS library supports.
struct DevelopmentKey {
    private let key: P256.Signing.PrivateKey

    /// Creates a new key.
    init() {
        key = P256.Signing.PrivateKey()
    }

    /// Parses a key; nil if the text is not such a key.
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
