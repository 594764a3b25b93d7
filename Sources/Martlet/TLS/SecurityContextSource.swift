import NIOSSL

extension SecurityContext {
    /// The source of certificates and keys.
    public enum Source: Sendable, Hashable {
        /// The path of a file.
        case file(String)
        /// The contents of such a file.
        case bytes([UInt8])
    }
}

extension SecurityContext.Source: CustomStringConvertible {
    /// Larger than any bundle of authorities.
    private static let maximumFileSize = 16_777_216

    /// The source for error messages: the path, or the size of the buffer.
    public var description: String {
        switch self {
        case .file(let path): path
        case .bytes(let bytes): "a buffer of \(bytes.count) bytes"
        }
    }

    /// The path, if it is a file.
    var path: String? {
        if case .file(let path) = self { path } else { nil }
    }

    /// Reads the bytes. Blocks on the file system.
    func read() throws(SecurityContextError) -> [UInt8] {
        switch self {
        case .bytes(let bytes):
            return bytes
        case .file(let path):
            let bytes: [UInt8]?
            do throws(FileError) {
                bytes = try DurableFile.contents(of: path, upTo: Self.maximumFileSize)
            } catch {
                throw SecurityContextError("\(error)")
            }
            guard let bytes else { throw SecurityContextError("There is no file \(path).") }
            return bytes
        }
    }

    /// Reads the certificates in PEM, of which there must be at least one.
    func certificates() throws(SecurityContextError) -> [NIOSSLCertificate] {
        let bytes = try read()
        do {
            let certificates = try NIOSSLCertificate.fromPEMBytes(bytes)
            if !certificates.isEmpty { return certificates }
        } catch {
            // Reported below: BoringSSL's message is no help.
        }
        throw SecurityContextError("\(self) holds no certificate in PEM (-----BEGIN CERTIFICATE-----).")
    }
}
