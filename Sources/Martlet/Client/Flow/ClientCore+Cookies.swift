import HTTPTypes
import HTTPWire

extension ClientCore {
    /// The cookies that the jar has for a request.
    func cookies(for url: HTTPURL) -> [Cookie] { [] }

    /// Keeps the cookies that a response sets.
    func store(_ fields: FieldBlock, from url: HTTPURL) {}

    /// Keeps the cookies that a response sets.
    func store(_ fields: HTTPFields, from url: HTTPURL) {}
}
