import HTTPTypes
import HTTPWire
import NIOCore

/// Ways to read the content. Each reads it to its end, and it can be read only once.
extension HTTPServerRequest {
    /// The content, as it arrives, in whatever `Content-Encoding` it has; within `RequestDecompression` of MartletWeb
    /// without one. It can be read once. What is left unread is dropped when the response has been ended.
    public var body: HTTPBody {
        guard let stream = exchange.body else { return HTTPBody(source: nil) }
        return HTTPBody(source: exchange.decodedBody ?? stream)
    }

    /// The fields after the content (RFC 9110 section 6.5), once it has been read to its end; empty before.
    public var trailers: HTTPFields {
        get async throws { try await body.trailers }
    }

    /// The whole content.
    ///
    /// - Parameter limit: The most bytes to accept; nil for the server's `maximumCollectedBytes` (2 MiB).
    /// - Throws: ``HTTPBodyError``. If the handler rethrows it, the answer is 413 for too much and 400 for malformed
    ///   content. ``HTTPError`` with 415 for content with a content coding, unless `RequestDecompression` of MartletWeb has
    ///   undone it; ``body`` has it as it is.
    public func collect(upTo limit: Int? = nil) async throws -> ByteBuffer {
        try requireNoContentCoding()
        return try await body.collect(upTo: limit ?? exchange.settings.configuration.maximumCollectedBytes)
    }

    /// The whole content as text, in the character set that `Content-Type` names, or in UTF-8 if it names none.
    ///
    /// - Parameter limit: The most bytes to accept; nil for the server's `maximumCollectedBytes` (2 MiB).
    /// - Throws: ``HTTPBodyError``; ``HTTPError`` with 400 when the bytes are not text in that character set, 415 when
    ///   the character set is not known, or the content has a content coding.
    public func text(upTo limit: Int? = nil) async throws -> String {
        let charset = try TextEncoding(of: headers)
        return try charset.decode(try await collect(upTo: limit))
    }

    /// The content, decoded from JSON in the server's ``HTTPServer/Configuration/json`` format. A ``Validatable`` value
    /// is validated too.
    ///
    /// Its type must be `application/json` or end in `+json`. Browsers send forms and plain text for the pages of every
    /// origin, but JSON only if the server allows it (`CORSPolicy` of MartletWeb), so this keeps such pages from
    /// acting in the name of the user. Content without a type is accepted from programs, which send no `Origin`.
    ///
    /// - Parameters:
    ///   - type: What to decode.
    ///   - limit: The most bytes to accept; nil for the server's `maximumCollectedBytes` (2 MiB).
    ///   - requiresType: Whether the type must be that of JSON. True by default; if false, check the origin yourself.
    /// - Throws: ``HTTPBodyError``; ``HTTPError`` with 415 when the content has another type or a content coding, and
    ///   with 400 and the place when it is not JSON at all. ``InputError``, which is answered 422, when it is JSON but
    ///   not that of the type, or the value is not valid.
    public func json<Value: Decodable>(
        _ type: Value.Type,
        upTo limit: Int? = nil,
        requiresType: Bool = true
    ) async throws -> Value {
        if requiresType { try requireJSON() }
        let content = try await collect(upTo: limit)
        let format = jsonFormat
        let value: Value
        do {
            value = try format.decode(type, from: content)
        } catch let error as any HTTPResponseError {
            // Thrown by the type itself.
            throw error
        } catch {
            throw JSONExplanation(error, content, keys: format.keys).error
        }
        try validate(value, in: .json)
        return value
    }

    /// The content, as whatever JSON it is.
    ///
    /// - Parameters:
    ///   - limit: The most bytes to accept; nil for the server's `maximumCollectedBytes` (2 MiB).
    ///   - requiresType: Whether the type must be that of JSON. True by default.
    /// - Throws: What ``json(_:upTo:requiresType:)`` throws.
    public func json(upTo limit: Int? = nil, requiresType: Bool = true) async throws -> JSONValue {
        try await json(JSONValue.self, upTo: limit, requiresType: requiresType)
    }
}

extension HTTPServerRequest {
    /// The server's ``HTTPServer/Configuration/json`` format.
    public var jsonFormat: JSONFormat { exchange.settings.configuration.json }

    /// Validates a value that was decoded, if it knows how.
    ///
    /// - Throws: ``InputError``.
    package func validate(_ value: some Any, in source: InputError.Source) throws(InputError) {
        guard let value = value as? any Validatable else { return }
        var validation = Validation()
        value.validate(&validation)
        guard !validation.mistakes.isEmpty else { return }
        let keys = jsonFormat.keys
        throw InputError(
            validation.mistakes.map { mistake in
                InputMistake(at: mistake.path.map { $0.named(by: keys) }, mistake.detail)
            },
            in: source
        )
    }
}

/// The checks of the content's fields before it is decoded.
extension HTTPServerRequest {
    /// Refuses content with a content coding, such as gzip: it does not match its media type until it is decoded, which
    /// is left to middleware, or to a handler that reads ``body``.
    ///
    /// - Throws: ``HTTPError`` with 415 and `Accept-Encoding` (RFC 9110 section 15.5.16).
    package func requireNoContentCoding() throws(HTTPError) {
        guard !contentCodings.isEmpty else { return }
        throw HTTPError(
            .unsupportedMediaType,
            "The content has a Content-Encoding; send it without one.",
            headers: [.acceptEncoding: ContentCoding.identity.description]
        )
    }

    /// Refuses content that does not declare itself as JSON.
    ///
    /// A page of any origin can make a browser send a form or plain text to any server without a preflight request, and
    /// with cookies. It can't send JSON in that way. Content without a type comes from a program, or from a page that
    /// hides what it sends; only the latter names its origin.
    ///
    /// - Throws: ``HTTPError`` with 415 and `Accept` (RFC 9110 section 15.5.16).
    private func requireJSON() throws(HTTPError) {
        let isJSON = headers[.contentType] == nil ? headers[.origin] == nil : headers.contentType?.isJSON == true
        guard !isJSON else { return }
        throw HTTPError(unsupported: [.json], for: method, "The content is not application/json.")
    }
}

extension HTTPError {
    /// The answer to content of a media type that a resource does not take: 415 (Unsupported Media Type) with the types
    /// that it takes, in `Accept` (RFC 9110 section 15.5.16), for `POST` in `Accept-Post` too, and for `PATCH` in
    /// `Accept-Patch` (RFC 5789 section 3.1).
    package init(unsupported accepted: [MediaType], for method: HTTPRequest.Method, _ message: String) {
        let list = accepted.map(\.essence).joined(separator: ", ")
        self.init(.unsupportedMediaType, message, headers: [.accept: list])
        switch method {
        case .post: headers[.acceptPost] = list
        case .patch: headers[.acceptPatch] = list
        default: break
        }
    }
}

extension HTTPServerResponse {
    /// Sends `value` as JSON, in the server's ``HTTPServer/Configuration/json`` format, and ends the response. The
    /// content type becomes `application/json; charset=utf-8`.
    ///
    /// - Throws: `EncodingError`, or ``HTTPServerError``.
    public func end(json value: some Encodable) async throws {
        let content = try exchange.settings.configuration.json.encode(value)
        headers[.contentType] = "application/json; charset=utf-8"
        try await end(content)
    }
}
