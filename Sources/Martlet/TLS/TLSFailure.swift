import NIOSSL

/// Why TLS has failed, in terms that help the user of a client.
///
/// The TLS library's own messages are for its developers: an error code and a place in its source.
struct TLSFailure: Sendable, Hashable {
    /// The failure, in one or more sentences.
    let text: String

    /// The failure behind an error of NIOSSL; nil if the error is not about TLS.
    init?(_ error: any Error) {
        switch error {
        case NIOSSLError.handshakeFailed(let error), NIOSSLError.shutdownFailed(let error):
            self.init(error)
        case let error as BoringSSLError:
            self.init(error)
        case NIOSSLError.uncleanShutdown:
            self.init(reason: "EOF")
        case is NIOSSLError, is NIOSSLExtraError, is NIOSSLCloseTimedOutError:
            self.init(reason: "")
        default:
            return nil
        }
    }

    private init(_ error: BoringSSLError) {
        switch error {
        case .sslError(let stack), .unknownError(let stack), .invalidSNIName(let stack), .failedToSetALPN(let stack):
            // The first error is the cause, and the others are its consequences.
            let isEnd = stack.contains(.eofDuringHandshake)
            self.init(reason: isEnd ? "EOF" : stack.first.map { Self.reason(in: $0.description) } ?? "")
        default:
            self.init(reason: "")
        }
    }

    /// The library's name of the error: `TLSV1_ALERT_UNKNOWN_CA` of `Error: 268436504 error:10000418:SSL
    /// routines:OPENSSL_internal:TLSV1_ALERT_UNKNOWN_CA at …`.
    static func reason(in text: String) -> String {
        let parts = text.split(separator: ":").drop { $0 != "OPENSSL_internal" }.dropFirst()
        return String((parts.first ?? "").prefix { $0 == "_" || $0.isUppercase || $0.isNumber })
    }

    /// The failure with the library's name `reason`.
    init(reason: String) {
        if let range = reason.firstRange(of: "_ALERT_") {
            text = Self.text(ofAlert: String(reason[range.upperBound...]))
            return
        }
        text =
            switch reason {
            case "CERTIFICATE_VERIFY_FAILED":
                "The server's certificate is not trusted: it was not issued by a trusted authority, or it has expired. "
                    + "For your own servers, add their authority to the configuration's security.trustedRoots."
            case "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST":
                "The server does not speak TLS on this port. Use http:// or another port."
            case "UNSUPPORTED_PROTOCOL":
                "The server supports no version of TLS that the client accepts. See the configuration's "
                    + "security.minimumVersion."
            case "DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "BAD_DECRYPT":
                "A record was corrupted in transit, or the server's encryption is faulty."
            case "EOF":
                "The server closed the connection during the handshake. Does this port speak TLS?"
            default:
                reason.isEmpty
                    ? "TLS failed."
                    : "The server violated TLS (\(reason.lowercased().replacing("_", with: " ")))."
            }
    }

    /// The failure that the server reports (RFC 8446 section 6).
    private static func text(ofAlert alert: String) -> String {
        let name = alert.lowercased().replacing("_", with: " ")
        let advice =
            switch alert {
            case "CERTIFICATE_REQUIRED", "NO_CERTIFICATE":
                "It requires a client certificate: set the configuration's security.identity."
            case "UNKNOWN_CA":
                "It does not trust the authority of the client's certificate in the configuration's security.identity."
            case "CERTIFICATE_EXPIRED":
                "The client's certificate in the configuration's security.identity has expired."
            case "CERTIFICATE_REVOKED":
                "The client's certificate in the configuration's security.identity has been revoked."
            case "BAD_CERTIFICATE", "UNSUPPORTED_CERTIFICATE", "CERTIFICATE_UNKNOWN":
                "It does not accept the client's certificate in the configuration's security.identity."
            case "ACCESS_DENIED":
                "It denies access to the client."
            case "PROTOCOL_VERSION":
                "It supports no TLS version that the client accepts. See the configuration's security.minimumVersion "
                    + "and security.maximumVersion."
            case "HANDSHAKE_FAILURE", "INSUFFICIENT_SECURITY":
                "The two have no cipher in common, or it requires a client certificate, which is the "
                    + "configuration's security.identity."
            case "NO_APPLICATION_PROTOCOL":
                "It supports none of the versions of HTTP that the client offers."
            case "UNRECOGNIZED_NAME":
                "It has no certificate for this host."
            case "INTERNAL_ERROR":
                "The server had an internal error. Try again."
            default:
                ""
            }
        return "The server refused the connection (TLS alert: \(name)).\(advice.isEmpty ? "" : " \(advice)")"
    }
}
