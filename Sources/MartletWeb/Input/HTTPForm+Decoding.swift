import HTTPWire
import Martlet

extension QueryParameters {
    /// The parameters as the properties of a type.
    ///
    /// ```swift
    /// struct Page: Decodable {
    ///     var number: Int?
    ///     var tags: [String]
    /// }
    /// let page = try QueryParameters("number=2&tags=a&tags=b").decode(Page.self)
    /// ```
    ///
    /// - Numbers are decimal ones. A `Bool` is `true`, `on`, `yes`, `1`, or `false`, `off`, `no`, `0`, in any case. A `Date`
    ///   has the form of the format, or is a date such as `2026-11-30`, which stands for its first second in UTC.
    ///   Enumerations have their raw values.
    /// - An array or a set has the values of all parameters of its name, and is empty if there are none. All else has the
    ///   last one, as ``subscript(name:)``.
    /// - An optional is nil if the parameter is missing, or if its value is empty and the type is not `String`: browsers
    ///   send that for a field that was left empty.
    /// - Parameters without a property are ignored. Properties can't have properties of their own.
    ///
    /// - Parameters:
    ///   - type: The type.
    ///   - format: The form of dates and names; ``JSONFormat/standard`` by default.
    /// - Throws: ``InputError``, which names the parameter.
    public func decode<Value: Decodable>(_ type: Value.Type, format: JSONFormat = .standard) throws -> Value {
        try FieldDecoder(self, format: format).decode(type, from: .query, format)
    }
}

extension HTTPForm {
    /// The fields and files as the properties of a type, read as the parameters of a query are
    /// (`QueryParameters.decode(_:format:)`). A file is a property of the type ``UploadedFile``.
    ///
    /// ```swift
    /// struct Picture: Decodable {
    ///     var title: String
    ///     var file: UploadedFile?
    /// }
    /// let picture = try await request.form().decode(Picture.self)
    /// ```
    ///
    /// - Parameters:
    ///   - type: The type.
    ///   - format: The form of dates and names; `JSONFormat.standard` by default.
    /// - Throws: `InputError`, which names the field.
    public func decode<Value: Decodable>(_ type: Value.Type, format: JSONFormat = .standard) throws -> Value {
        try FieldDecoder(fields, files: files, format: format).decode(type, from: .form, format)
    }
}

extension FieldDecoder {
    fileprivate func decode<Value: Decodable>(
        _ type: Value.Type,
        from source: InputError.Source,
        _ format: JSONFormat
    ) throws -> Value {
        do {
            return try Value(from: self)
        } catch let error as DecodingError {
            let mistake = error.explained.mistake
            let path = mistake.path.map { $0.named(by: format.keys) }
            throw InputError([InputMistake(at: path, mistake.detail)], in: source)
        } catch let error as any HTTPResponseError {
            // Thrown by the type itself.
            throw error
        } catch {
            throw InputError([InputMistake("can't be decoded")], in: source)
        }
    }
}
