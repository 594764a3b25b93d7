import HTTPTypes
import HTTPWire
import Martlet

extension StrictTransportSecurity: Middleware {
    /// The handler, with the policy added to each response that goes out securely, to those to errors too.
    ///
    /// ```swift
    /// let policy = StrictTransportSecurity(maxAge: 63_072_000, includeSubDomains: true)
    /// try await server.serve(around: [policy], handler)
    /// ```
    ///
    /// Over plain http nothing is added (RFC 6797 section 7.2): use ``HTTPSRedirect`` there. Begin with a short
    /// `maxAge`: browsers that have seen the policy don't use plain http again before it ends. Don't send it from
    /// `localhost`, where it would apply to the servers on all ports.
    public func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        { request in
            guard request.isSecure else { return try await handler(request) }
            request.response.headers.strictTransportSecurity = self
            do {
                try await handler(request)
            } catch {
                // The answer to an error starts afresh, and would lose it.
                var answer = HTTPError(answering: error)
                answer.headers.strictTransportSecurity = answer.headers.strictTransportSecurity ?? self
                throw AnsweredError(error, answer: answer)
            }
        }
    }
}
