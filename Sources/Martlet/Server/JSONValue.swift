/// Any JSON value. Its description is for people.
enum JSONValue: Decodable, Sendable, CustomStringConvertible {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        // Nil for a value of another type; what is of the type but malformed throws.
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
            self = .text(text)
        } else if let bool = try decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if let number = try decode(Double.self) {
            self = .number(number)
        } else if let list = try decode([JSONValue].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: JSONValue].self))
        }
    }

    var description: String {
        switch self {
        case .null: return "null"
        case .bool(let bool): return "\(bool)"
        case .integer(let integer): return "\(integer)"
        case .number(let number): return "\(number)"
        case .text(let text): return text
        case .list(let list): return "[\(list.map { "\($0)" }.joined(separator: ", "))]"
        case .object(let members):
            let sorted = members.sorted { $0.key < $1.key }
            return "{\(sorted.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
        }
    }
}
