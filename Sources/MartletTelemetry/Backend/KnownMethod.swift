import HTTPTypes

/// The method of a request as telemetry names it: those of RFC 9110 and RFC 5789 by their names, all others by `_OTHER`,
/// since clients can make up any number of them.
struct KnownMethod: Sendable, Hashable {
    static let other = KnownMethod(name: "_OTHER")

    /// `GET`, say.
    let name: String

    private init(name: String) {
        self.name = name
    }

    init(_ method: HTTPRequest.Method) {
        switch method {
        case .connect, .delete, .get, .head, .options, .patch, .post, .put, .trace: name = method.rawValue
        default: self = .other
        }
    }

    /// The beginning of a span's name.
    var spanName: String { self == .other ? "HTTP" : name }
}
