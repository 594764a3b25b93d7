import HTTPWire
import Martlet

/// Decodes a value from the fields of a form, or the parameters of a query: one for each of its properties.
struct FieldDecoder: Decoder {
    /// The texts of the fields, by name and in order.
    private var texts: [String: [String]] = [:]
    private var files: [String: [UploadedFile]] = [:]
    private let format: JSONFormat

    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    init(_ fields: QueryParameters, files: [UploadedFile] = [], format: JSONFormat) {
        self.format = format
        for field in fields { texts[field.name, default: []].append(field.value) }
        for file in files { self.files[file.name, default: []].append(file) }
    }

    /// All that has the name of a coding key.
    func value(_ key: any CodingKey) -> FieldValue {
        let name = format.keys.name(of: key.stringValue)
        return FieldValue(
            texts: texts[name] ?? [],
            files: files[name] ?? [],
            codingPath: codingPath + [key],
            dates: format.dates
        )
    }

    /// The names of all fields.
    var names: Set<String> { Set(texts.keys).union(files.keys) }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(FieldContainer(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw mismatch }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw mismatch }

    private var mismatch: DecodingError {
        let context = DecodingError.Context(codingPath: [], debugDescription: "fields are no array and no single value")
        return .dataCorrupted(context)
    }
}

/// The fields, as the properties of a type.
private struct FieldContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: FieldDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    var allKeys: [Key] { decoder.names.sorted().compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { !decoder.value(key).isMissing }

    func decodeNil(forKey key: Key) throws -> Bool { decoder.value(key).isNil }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let value = decoder.value(key)
        // A form has no other way to send an empty array.
        guard !value.isMissing || type is any FieldList.Type else {
            let context = DecodingError.Context(codingPath: codingPath, debugDescription: "the field is missing")
            throw DecodingError.keyNotFound(key, context)
        }
        return try value.decode(type)
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        let value = decoder.value(key)
        guard !value.isMissing else { return nil }
        // Browsers send an empty text for a field that was left empty. Among texts it is one like any other.
        guard !value.isNil || type is any FieldList.Type else { return nil }
        return try value.decode(type)
    }

    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        contains(key) ? try decode(type, forKey: key) : nil
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try decoder.value(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder.value(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { decoder }

    func superDecoder(forKey key: Key) throws -> any Decoder { decoder.value(key) }
}

/// The types of properties that are missing if they have no elements.
private protocol FieldList {}

extension Array: FieldList {}
extension Set: FieldList {}
