import HTTPTypes
import HTTPWire
import Martlet

extension HTTPServerRequest {
    /// The content as a value of a type, whichever way the client sends it: as JSON, or as a form, with or without files.
    ///
    /// ```swift
    /// let note = try await request.decode(NewNote.self)
    /// ```
    ///
    /// A ``Validatable`` value is validated too. If the handler rethrows the errors, the answer is 400 for malformed
    /// content, 413 or 431 for what exceeds the limits, 415 with `Accept` for another media type, and 422 with all
    /// mistakes for values that are missing, of the wrong type or not valid.
    ///
    /// Pages of any site can send forms, with the user's cookies: ``CrossOriginProtection`` keeps them out.
    ///
    /// - Parameters:
    ///   - type: The type. How it is read from a form, ``HTTPForm/decode(_:format:)`` says.
    ///   - limits: The limits of a form. JSON may have the server's `maximumCollectedBytes` (2 MiB).
    /// - Throws: What ``HTTPServerRequest/json(_:upTo:requiresType:)`` and ``form(limits:)`` throw; ``InputError``.
    public func decode<Value: Decodable>(
        _ type: Value.Type,
        limits: FormLimits = FormLimits()
    ) async throws -> Value {
        switch headers.contentType?.essence {
        case MediaType.formURLEncoded.essence, MediaType.multipartFormData.essence:
            let value = try await form(limits: limits).decode(type, format: jsonFormat)
            try validate(value, in: .form)
            return value
        case nil where headers[.contentType] == nil && headers[.origin] == nil,
            .some where headers.contentType?.isJSON == true:
            return try await json(type)
        default:
            throw HTTPError(
                unsupported: [.json, .formURLEncoded, .multipartFormData],
                for: method,
                "The content is neither JSON nor a form."
            )
        }
    }

    /// The parameters of the query as a value of a type.
    ///
    /// ```swift
    /// struct Page: Decodable {
    ///     var number: Int?
    ///     var tags: [String]
    /// }
    /// let page = try request.query(Page.self)  // ?number=2&tags=a&tags=b
    /// ```
    ///
    /// A ``Validatable`` value is validated too. If the handler rethrows the errors, the answer is 400 for a malformed
    /// query, and 422 with all mistakes for parameters that are missing, of the wrong type or not valid.
    ///
    /// - Parameter type: The type. ``HTTPWire/QueryParameters/decode(_:format:)`` says how it is read.
    /// - Throws: `QueryParameters.ParsingError`, or ``InputError``.
    public func query<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let value = try url.queryParameters.decode(type, format: jsonFormat)
        try validate(value, in: .query)
        return value
    }
}
