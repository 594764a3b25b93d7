import HTTPTypes
import Martlet

extension CORSPolicy: Middleware {
    /// The handler, with the policy around it: preflight requests are answered here, and every other response, that to
    /// an error too, gets the fields that let pages read it.
    public func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        { request in
            if request.refusal == nil, isPreflight(request) { return try await answerPreflight(request) }
            let fields = responseFields(for: request)
            for field in fields { request.response.headers.append(field) }
            do {
                try await handler(request)
            } catch {
                // The answer to an error starts afresh, and would lose them.
                var answer = HTTPError(answering: error)
                for field in fields where !answer.headers.contains(field) { answer.headers.append(field) }
                throw AnsweredError(error, answer: answer)
            }
        }
    }

    /// Whether the request asks for permission (Fetch Standard section 3.3.2). Other OPTIONS requests go to the
    /// handler.
    private func isPreflight(_ request: HTTPServerRequest) -> Bool {
        request.method == .options && request.headers[.origin] != nil
            && request.headers[.accessControlRequestMethod] != nil
    }

    private func answerPreflight(_ request: HTTPServerRequest) async throws {
        let asked = request.headers
        let response = request.response
        response.status = .noContent
        response.headers[.contentType] = nil
        // Caches along the way must not give one page's permission to another (RFC 9110 section 12.5.5).
        var vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
        if allowsPrivateNetwork { vary += ", Access-Control-Request-Private-Network" }
        response.headers.append(HTTPField(name: .vary, value: vary))
        guard let origin = allowedOrigin(request) else { return try await response.end() }
        response.headers[.accessControlAllowOrigin] = origin
        if allowsCredentials { response.headers[.accessControlAllowCredentials] = "true" }
        response.headers[.accessControlAllowMethods] = methods.map(\.rawValue).joined(separator: ", ")
        // By name: with credentials, a star means a field of that name, and it never covers Authorization.
        let names = allowedRequestHeaders(asked[values: .accessControlRequestHeaders])
        if !names.isEmpty { response.headers[.accessControlAllowHeaders] = names.joined(separator: ", ") }
        if let maxAge { response.headers[.accessControlMaxAge] = "\(max(maxAge.components.seconds, 0))" }
        if allowsPrivateNetwork, asked[.accessControlRequestPrivateNetwork] == "true" {
            response.headers[.accessControlAllowPrivateNetwork] = "true"
        }
        try await response.end()
    }

    /// The fields of a response to a request that is not a preflight.
    private func responseFields(for request: HTTPServerRequest) -> HTTPFields {
        var fields = HTTPFields()
        // Also where there is no Origin, for the same reason as below.
        if !origins.allowsAll { fields[.vary] = "Origin" }
        guard let origin = allowedOrigin(request) else { return fields }
        fields[.accessControlAllowOrigin] = origin
        if allowsCredentials { fields[.accessControlAllowCredentials] = "true" }
        if !exposedHeaders.isEmpty {
            fields[.accessControlExposeHeaders] = exposedHeaders.map(\.rawName).joined(separator: ", ")
        }
        return fields
    }

    /// What `Access-Control-Allow-Origin` says; nil for an origin that is not allowed, or where none is given and it matters.
    private func allowedOrigin(_ request: HTTPServerRequest) -> String? {
        // For all origins, and also where there is none: a cache may keep that answer for a page that has one.
        if origins.allowsAll { return "*" }
        return request.headers[.origin].flatMap { origins.allow($0, toSend: request) ? $0 : nil }
    }

    private func allowedRequestHeaders(_ asked: [String]) -> [String] {
        switch requestHeaders {
        case .only(let names): return names.map(\.rawName)
        case .any:
            return asked.flatMap { FieldList($0) }.compactMap { HTTPField.Name(String($0))?.rawName }
        }
    }
}

extension HTTPServerResponse {
    /// Adds the fields that let the pages of every origin use the response.
    ///
    /// For preflights, lists of origins and credentials use ``CORSPolicy``.
    public func addCORSHeaders(
        methods: [HTTPRequest.Method] = [.post, .options],
        headers names: [String] = ["Origin", "X-Requested-With", "Content-Type", "Accept"]
    ) {
        headers[.accessControlAllowOrigin] = "*"
        headers[.accessControlAllowMethods] = methods.map(\.rawValue).joined(separator: ", ")
        headers[.accessControlAllowHeaders] = names.joined(separator: ", ")
    }
}

extension HTTPField.Name {
    static let accessControlRequestPrivateNetwork = named("Access-Control-Request-Private-Network")
    static let accessControlAllowPrivateNetwork = named("Access-Control-Allow-Private-Network")

    private static func named(_ name: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name("\(name)") else { preconditionFailure("\(name) is not a token") }
        return name
    }
}
