import HTTPWire
import Martlet
import NIOCore

/// A JSON object that is written member by member, in their order, and with numbers as they are given.
///
///     var object = JSONObjectText()
///     try object.append("name", text: "Han")
///     try object.append("age", json: "24")
///     object.description   // {"name":"Han","age":24}
struct JSONObjectText: CustomStringConvertible {
    private var members: [String] = []
    private var names: Set<String> = []

    /// Adds a string.
    mutating func append(_ name: String, text: String) throws {
        try append(name, value: Self.string(text))
    }

    /// Adds a value that is JSON already.
    ///
    /// - Throws: ``CommandFailure`` if it is not.
    mutating func append(_ name: String, json: String) throws {
        do {
            _ = try JSONFormat.standard.decode(JSONValue.self, from: ByteBuffer(string: json))
        } catch {
            throw CommandFailure(.usage, "\(name): This is not JSON. Write \(name)=text for a string.")
        }
        let value = json.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
        try append(name, value: String(value))
    }

    private mutating func append(_ name: String, value: String) throws {
        guard names.insert(name).inserted else {
            throw CommandFailure(.usage, "\(name) is given twice. A JSON object has each name once.")
        }
        members.append("\(try Self.string(name)):\(value)")
    }

    private static func string(_ text: String) throws -> String {
        String(buffer: try JSONFormat.standard.encode(text))
    }

    var description: String { "{\(members.joined(separator: ","))}" }
}
