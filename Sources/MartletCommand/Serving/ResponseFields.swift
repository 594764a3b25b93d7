import HTTPTypes
import Martlet

/// Adds header fields to all responses, those to errors included.
struct ResponseFields: Middleware {
    private let fields: [HTTPField]

    init(_ fields: [HTTPField]) {
        self.fields = fields
    }

    func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        { request in
            let names = Set(fields.map(\.name))
            // They take the place of the server's defaults.
            for name in names { request.response.headers[name] = nil }
            for field in fields { request.response.headers.append(field) }
            do {
                try await handler(request)
            } catch {
                // The answer to an error starts afresh, and would lose them.
                var answer = HTTPError(answering: error)
                for name in names { answer.headers[name] = nil }
                for field in fields { answer.headers.append(field) }
                throw AnsweredError(error, answer: answer)
            }
        }
    }
}
