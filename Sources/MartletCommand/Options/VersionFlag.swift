import ArgumentParser
import Martlet

/// The version of HTTP to use, by curl's names.
enum VersionFlag: EnumerableFlag, Sendable {
    case http1
    case http2
    case http2PriorKnowledge

    static func name(for value: VersionFlag) -> NameSpecification {
        switch value {
        case .http1: .customLong("http1.1")
        case .http2: .customLong("http2")
        case .http2PriorKnowledge: .customLong("http2-prior-knowledge")
        }
    }

    static func help(for value: VersionFlag) -> ArgumentHelp? {
        switch value {
        case .http1: "Use HTTP/1.1 only."
        case .http2: "Use HTTP/2 if an https server offers it (the default)."
        case .http2PriorKnowledge: "Always use HTTP/2, even without TLS."
        }
    }

    /// The client's setting.
    var setting: HTTPClient.HTTP2Configuration {
        switch self {
        case .http1: .never
        case .http2: .automatic
        case .http2PriorKnowledge: .always
        }
    }
}
