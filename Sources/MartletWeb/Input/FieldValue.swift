import HTTPWire
import Martlet

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Everything in a form or a query that has one name, to be decoded as one value: the last one, or an array of all.
struct FieldValue: Decoder {
    let texts: [String]
    let files: [UploadedFile]
    let codingPath: [any CodingKey]
    let dates: JSONFormat.Dates
    let userInfo: [CodingUserInfoKey: Any] = [:]

    var isMissing: Bool { texts.isEmpty && files.isEmpty }

    var isNil: Bool { files.isEmpty && texts.last?.isEmpty ?? true }

    /// Each text by itself, or each file.
    var elements: [FieldValue] {
        texts.map { copy(texts: [$0]) } + files.map { copy(files: [$0]) }
    }

    private func copy(texts: [String] = [], files: [UploadedFile] = []) -> FieldValue {
        FieldValue(texts: texts, files: files, codingPath: codingPath, dates: dates)
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let decoded: (any Decodable)?
        if let scalar = type as? any FieldScalar.Type {
            decoded = try text(for: type).flatMap { scalar.init(field: $0) }
        } else if type == Date.self {
            decoded = try date()
        } else if type == URL.self {
            decoded = try text(for: type).flatMap { URL(string: $0) }
        } else {
            return try Value(from: self)
        }
        guard let value = decoded as? Value else { throw DecodingError.typeMismatch(type, context("not of this type")) }
        return value
    }

    /// The last text; nil for a file.
    private func text(for type: any Decodable.Type) throws -> String? {
        guard !isMissing else { throw DecodingError.valueNotFound(type, context("the field is missing")) }
        return texts.last
    }

    private func date() throws -> Date {
        let text = try text(for: Date.self) ?? ""
        switch dates {
        case .iso8601:
            let seconds = TimestampText.seconds(text, allowsDate: true)
            if let seconds { return Date(timeIntervalSince1970: seconds) }
            throw corrupted("expected a date such as 2026-11-30, or a time such as 2026-11-30T13:25:33Z")
        case .secondsSince1970:
            if let seconds = Double(field: text) { return Date(timeIntervalSince1970: seconds) }
            throw corrupted("expected a number of seconds")
        case .millisecondsSince1970:
            if let milliseconds = Double(field: text) { return Date(timeIntervalSince1970: milliseconds / 1_000) }
            throw corrupted("expected a number of milliseconds")
        }
    }

    private func context(_ text: String) -> DecodingError.Context {
        DecodingError.Context(codingPath: codingPath, debugDescription: text)
    }

    private func corrupted(_ text: String) -> DecodingError { .dataCorrupted(context(text)) }

    // MARK: Decoder

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        throw corrupted("a field can't have fields of its own")
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        FieldElements(elements: elements, codingPath: codingPath)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }
}

extension FieldValue: SingleValueDecodingContainer {
    func decodeNil() -> Bool { isNil }
}

extension UploadedFile: Decodable {
    /// A file of a form, for the property of a type that is decoded from one (`HTTPServerRequest`'s `decode`).
    ///
    /// - Throws: `DecodingError` for a text, and for everything that is not decoded from a form.
    public init(from decoder: any Decoder) throws {
        guard let value = decoder as? FieldValue, let file = value.files.last else {
            let context = DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "expected a file")
            throw DecodingError.dataCorrupted(context)
        }
        self = file
    }
}
