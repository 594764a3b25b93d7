import NIOSSL

/// A certificate with its chain of intermediate certificates, and its private key.
public struct TLSIdentity: Sendable, Hashable {
    enum Form: Sendable, Hashable {
        case pem(certificateChain: SecurityContext.Source, privateKey: SecurityContext.Source)
        case pkcs12(SecurityContext.Source)
    }

    let form: Form
    let password: String?

    /// An identity in PEM (RFC 7468).
    ///
    /// - Parameters:
    ///   - certificateChain: The certificate, followed by the intermediate certificates up to an authority.
    ///   - privateKey: The key: RSA, ECDSA or Ed25519, in PKCS #8 or the traditional formats.
    ///   - password: The password of the key, if it has one.
    public static func pem(
        certificateChain: SecurityContext.Source,
        privateKey: SecurityContext.Source,
        password: String? = nil
    ) -> TLSIdentity {
        TLSIdentity(form: .pem(certificateChain: certificateChain, privateKey: privateKey), password: password)
    }

    /// An identity in one PKCS #12 file (`.p12`, `.pfx`; RFC 7292).
    public static func pkcs12(_ source: SecurityContext.Source, password: String? = nil) -> TLSIdentity {
        TLSIdentity(form: .pkcs12(source), password: password)
    }

    /// The files of the identity.
    var files: [String] {
        switch form {
        case .pem(let chain, let key): [chain, key].compactMap(\.path)
        case .pkcs12(let source): [source].compactMap(\.path)
        }
    }

    struct Loaded: Sendable {
        let certificateChain: [NIOSSLCertificate]
        let privateKey: NIOSSLPrivateKey
    }

    /// Reads the identity. Blocks on the file system.
    func load() throws(SecurityContextError) -> Loaded {
        switch form {
        case .pem(let chain, let key):
            let certificates = try chain.certificates()
            let bytes = try key.read()
            do {
                let privateKey =
                    if let password {
                        try NIOSSLPrivateKey(bytes: bytes, format: .pem) { set in set(Array(password.utf8)) }
                    } else {
                        // Without a callback BoringSSL would ask for the password on the terminal.
                        try NIOSSLPrivateKey(bytes: bytes, format: .pem) { set in set([UInt8]()) }
                    }
                return Loaded(certificateChain: certificates, privateKey: privateKey)
            } catch {
                let about = password == nil ? "or the key has a password, which is not set" : "or the password is wrong"
                throw SecurityContextError("\(key) holds no private key in PEM, \(about).")
            }
        case .pkcs12(let source):
            let bytes = try source.read()
            do {
                let bundle = try NIOSSLPKCS12Bundle(buffer: bytes, passphrase: password.map { Array($0.utf8) })
                return Loaded(certificateChain: bundle.certificateChain, privateKey: bundle.privateKey)
            } catch {
                throw SecurityContextError("\(source) is not a PKCS #12 bundle, or the password is wrong.")
            }
        }
    }
}
