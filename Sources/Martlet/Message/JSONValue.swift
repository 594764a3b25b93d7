/// Any JSON value, for content whose structure is not known in advance.
///
/// ```swift
/// let order = try await request.json()
/// let city = order["address"]?["city"]?.string
/// ```
///
/// The description is for people: it has strings without quotes.
public enum JSONValue: Sendable, Hashable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without a fraction that fits into `Int64`.
    case integer(Int64)
    /// Any other number.
    case number(Double)
    /// A string.
    case string(String)
    /// The elements of an array.
    case array([JSONValue])
    /// The members of an object. Of several members with the same name, one is kept.
    case object([String: JSONValue])

    /// The member of an object; nil if there is none, or if this is not an object.
    public subscript(name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    /// The element of an array; nil if there is none, or if this is not an array.
    public subscript(index: Int) -> JSONValue? {
        if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { nil }
    }

    /// The text of a string; nil if this is something else.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The value of a number; nil if this is something else.
    public var number: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        default: nil
        }
    }

    /// The value of a number without a fraction; nil if this is something else.
    public var integer: Int64? {
        if case .integer(let integer) = self { integer } else { nil }
    }

    /// The elements of an array; nil if this is something else.
    public var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// Whether it is `true`; nil if this is neither `true` nor `false`.
    public var bool: Bool? {
        if case .bool(let bool) = self { bool } else { nil }
    }
}

extension JSONValue: Codable {
    /// Decodes any value.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        // Nil for a value of another type; throws for a malformed value of this type.
        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value? {
            do {
                return try value.decode(type)
            } catch DecodingError.typeMismatch {
                return nil
            }
        }
        if value.decodeNil() {
            self = .null
        } else if let text = try decode(String.self) {
            self = .string(text)
        } else if let bool = try decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if let number = try decode(Double.self) {
            self = .number(number)
        } else if let elements = try decode([JSONValue].self) {
            self = .array(elements)
        } else {
            self = .object(try value.decode([String: JSONValue].self))
        }
    }

    /// Encodes the value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let bool): try container.encode(bool)
        case .integer(let integer): try container.encode(integer)
        case .number(let number): try container.encode(number)
        case .string(let text): try container.encode(text)
        case .array(let elements): try container.encode(elements)
        case .object(let members): try container.encode(members)
        }
    }
}

extension JSONValue: CustomStringConvertible {
    /// The value in readable form.
    public var description: String {
        switch self {
        case .null: return "null"
        case .bool(let bool): return "\(bool)"
        case .integer(let integer): return "\(integer)"
        case .number(let number): return "\(number)"
        case .string(let text): return text
        case .array(let elements): return "[\(elements.map { "\($0)" }.joined(separator: ", "))]"
        case .object(let members):
            let sorted = members.sorted { $0.key < $1.key }
            return "{\(sorted.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
        }
    }
}
