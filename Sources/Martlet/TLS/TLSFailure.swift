import NIOSSL

/// Why TLS has failed, as far as a client's user can do something about it.
///
/// What the TLS library says of it is for its own developers: an error code and a place in its source.
struct TLSFailure: Sendable, Hashable {
    /// What went wrong, as one or more sentences.
    let text: String

    /// The failure that an error of NIOSSL's is; nil when it says nothing about TLS.
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
            // The first one is the cause, and what follows its consequences.
            let isEnd = stack.contains(.eofDuringHandshake)
            self.init(reason: isEnd ? "EOF" : stack.first.map { Self.reason(in: $0.description) } ?? "")
        default:
            self.init(reason: "")
        }
    }

    /// The library's name for what went wrong: `TLSV1_ALERT_UNKNOWN_CA` of
    /// `Error: 268436504 error:10000418:SSL routines:OPENSSL_internal:TLSV1_ALERT_UNKNOWN_CA at …`.
    static func reason(in text: String) -> String {
        let parts = text.split(separator: ":").drop { $0 != "OPENSSL_internal" }.dropFirst()
        return String((parts.first ?? "").prefix { $0 == "_" || $0.isUppercase || $0.isNumber })
    }

    /// The failure that the library calls `reason`.
    init(reason: String) {
        if let range = reason.firstRange(of: "_ALERT_") {
            text = Self.text(ofAlert: String(reason[range.upperBound...]))
            return
        }
        text =
            switch reason {
            case "CERTIFICATE_VERIFY_FAILED":
                "The server's certificate is not accepted: no trusted authority vouches for it, or it has expired. "
                    + "Servers of your own need their authority in the configuration's security.trustedRoots."
            case "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST":
                "The server does not speak TLS on this port. Use http:// or another port."
            case "UNSUPPORTED_PROTOCOL":
                "The server speaks no version of TLS that the client accepts. See the configuration's "
                    + "security.minimumVersion."
            case "DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "BAD_DECRYPT":
                "Something that arrived was changed on the way, or the server can't encrypt."
            case "EOF":
                "The server closed the connection during the handshake. Does this port speak TLS?"
            default:
                reason.isEmpty
                    ? "TLS failed."
                    : "The server broke a rule of TLS (\(reason.lowercased().replacing("_", with: " ")))."
            }
    }

    /// The failure that the server reports (RFC 8446 section 6).
    private static func text(ofAlert alert: String) -> String {
        let name = alert.lowercased().replacing("_", with: " ")
        let advice =
            switch alert {
            case "CERTIFICATE_REQUIRED", "NO_CERTIFICATE":
                "It wants a certificate from the client: set the configuration's security.identity."
            case "UNKNOWN_CA":
                "It knows no authority that vouches for the client's certificate in the configuration's security.identity."
            case "CERTIFICATE_EXPIRED":
                "The client's certificate in the configuration's security.identity has expired."
            case "CERTIFICATE_REVOKED":
                "The client's certificate in the configuration's security.identity has been revoked."
            case "BAD_CERTIFICATE", "UNSUPPORTED_CERTIFICATE", "CERTIFICATE_UNKNOWN":
                "It does not accept the client's certificate in the configuration's security.identity."
            case "ACCESS_DENIED":
                "It does not let the client in."
            case "PROTOCOL_VERSION":
                "It speaks no version of TLS that the client accepts. See the configuration's security.minimumVersion "
                    + "and security.maximumVersion."
            case "HANDSHAKE_FAILURE", "INSUFFICIENT_SECURITY":
                "The two have no cipher in common, or it wants a certificate from the client, which is the "
                    + "configuration's security.identity."
            case "NO_APPLICATION_PROTOCOL":
                "It speaks none of the versions of HTTP that the client offers."
            case "UNRECOGNIZED_NAME":
                "It has no certificate for this host."
            case "INTERNAL_ERROR":
                "Something is wrong on its side. Try again."
            default:
                ""
            }
        return "The server refused the connection (TLS alert: \(name)).\(advice.isEmpty ? "" : " \(advice)")"
    }
}
