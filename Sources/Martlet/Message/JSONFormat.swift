import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The way in which values are written as JSON and read from it.
///
/// ```swift
/// var configuration = HTTPServer.Configuration()
/// configuration.json = JSONFormat(dates: .millisecondsSince1970, keys: .snakeCase)
/// ```
///
/// A server's format applies to all JSON that its handlers send and read. A format can be shared by any number of
/// tasks, and using one makes no new encoder or decoder.
public struct JSONFormat: Sendable {
    /// The form of a `Date`.
    public enum Dates: Sendable, Hashable {
        /// A string such as `"2026-11-30T13:25:33Z"` (RFC 3339), with milliseconds if there are any. Any offset, and
        /// any number of decimals, is read.
        case iso8601
        /// A number of seconds since 1970-01-01 00:00:00 UTC.
        case secondsSince1970
        /// A number of milliseconds since then, as in JavaScript.
        case millisecondsSince1970
    }

    /// The form of the names of members.
    public enum Keys: Sendable, Hashable {
        /// The names of the coding keys.
        case asDeclared
        /// `due_date` for the coding key `dueDate`.
        case snakeCase
    }

    /// The form of dates.
    public let dates: Dates
    /// The form of the names of members.
    public let keys: Keys
    // Both can be used by several tasks at a time, as long as nobody changes their settings.
    private let encoder: JSONEncoder
    private let decoder: JSONDecoder

    /// ISO 8601 dates, and names as they are declared.
    public static let standard = JSONFormat()

    /// Creates a format.
    ///
    /// - Parameters:
    ///   - dates: The form of dates; ISO 8601 by default.
    ///   - keys: The form of the names of members; as they are declared, by default.
    ///   - isIndented: Whether what is written has line feeds and indentation. False by default.
    ///   - customize: Changes other settings of the encoder and the decoder, which it must not keep.
    public init(
        dates: Dates = .iso8601,
        keys: Keys = .asDeclared,
        isIndented: Bool = false,
        customize: (JSONEncoder, JSONDecoder) -> Void = { _, _ in }
    ) {
        self.dates = dates
        self.keys = keys
        encoder = JSONEncoder()
        decoder = JSONDecoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isIndented { encoder.outputFormatting.insert(.prettyPrinted) }
        switch dates {
        case .iso8601:
            encoder.dateEncodingStrategy = .custom { date, encoder in
                var container = encoder.singleValueContainer()
                try container.encode(TimestampText.text(for: date.timeIntervalSince1970))
            }
            decoder.dateDecodingStrategy = .custom { decoder in
                let container = try decoder.singleValueContainer()
                guard let seconds = TimestampText.seconds(try container.decode(String.self)) else {
                    throw DecodingError.dataCorruptedError(
                        in: container,
                        debugDescription: "expected a time such as 2026-11-30T13:25:33Z"
                    )
                }
                return Date(timeIntervalSince1970: seconds)
            }
        case .secondsSince1970:
            encoder.dateEncodingStrategy = .secondsSince1970
            decoder.dateDecodingStrategy = .secondsSince1970
        case .millisecondsSince1970:
            encoder.dateEncodingStrategy = .millisecondsSince1970
            decoder.dateDecodingStrategy = .millisecondsSince1970
        }
        if keys == .snakeCase {
            encoder.keyEncodingStrategy = .convertToSnakeCase
            decoder.keyDecodingStrategy = .convertFromSnakeCase
        }
        customize(encoder, decoder)
    }

    /// Writes a value as JSON.
    ///
    /// - Throws: `EncodingError`.
    public func encode(_ value: some Encodable) throws -> ByteBuffer {
        ByteBuffer(bytes: try encoder.encode(value))
    }

    /// Reads a value from JSON.
    ///
    /// - Throws: `DecodingError`.
    public func decode<Value: Decodable>(_ type: Value.Type, from bytes: ByteBuffer) throws -> Value {
        try decoder.decode(type, from: Data(bytes.readableBytesView))
    }
}

extension JSONFormat.Keys {
    /// The name of the member for a coding key.
    package func name(of key: String) -> String {
        switch self {
        case .asDeclared: key
        case .snakeCase: Self.snakeCased(key)
        }
    }

    /// The words of a name in lower case, with underscores between them. As `JSONEncoder` has it, a word begins at each
    /// capital but the first letter, and of several capitals in a row at the first and, before a small letter, the last.
    private static func snakeCased(_ name: String) -> String {
        let letters = Array(name)
        var starts: [Int] = [0]
        var index = 1
        while let capital = letters.indices.dropFirst(index).first(where: { letters[$0].isUppercase }) {
            starts.append(capital)
            guard let small = letters.indices.dropFirst(capital).first(where: { letters[$0].isLowercase }) else {
                break
            }
            if small > capital + 1 { starts.append(small - 1) }
            index = small + 1
        }
        let ends = starts.dropFirst() + [letters.count]
        return zip(starts, ends).map { String(letters[$0..<$1]).lowercased() }.joined(separator: "_")
    }
}
