/// The decoded names and values of a query, in order and including repeated names.
///
///     let parameters = try QueryParameters("tag=a&tag=b&q=x+y")
///     parameters["q"]          // "x y"
///     parameters["tag"]        // "b": the last one, as in Dart
///     parameters.all("tag")    // ["a", "b"]
///
/// The syntax is that of `application/x-www-form-urlencoded` (WHATWG URL section 5): pairs are separated by `&`, a pair
/// without `=` has an empty value, empty pairs are skipped, `+` is a space, and a `%` that is not followed by two
/// hexadecimal digits stands for itself.
public struct QueryParameters: Sendable, Hashable {
    /// One name and its value, decoded.
    public struct Parameter: Sendable, Hashable {
        /// The decoded name; may be empty.
        public var name: String
        /// The decoded value; may be empty.
        public var value: String

        /// A parameter with this name and value.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Why a query cannot be parsed.
    public enum ParsingError: Error, Sendable, Hashable, CustomStringConvertible {
        /// A name or value decodes to bytes that are not text in the character set, which is UTF-8 by default.
        case decoding(PercentEncoding.DecodingError)
        /// There are more parameters than this limit.
        case tooMany(limit: Int)

        /// The error in a sentence.
        public var description: String {
            switch self {
            case .decoding(let error): "A query parameter cannot be decoded: \(error)"
            case .tooMany(let limit): "The query has more than \(limit) parameters"
            }
        }
    }

    /// The default limit on the number of parameters: 1000.
    public static var defaultLimit: Int { 1000 }

    private var parameters: [Parameter] = []

    /// No parameters.
    public init() {}

    /// Parses the query `text`, without its `?`.
    ///
    /// - Parameters:
    ///   - text: The query, without its question mark.
    ///   - limit: The maximum number of parameters.
    ///   - encoding: The character set of percent-encoded text; UTF-8 by default.
    /// - Throws: `ParsingError` if there are more parameters than `limit`, or if one cannot be decoded. Nothing is
    ///   dropped silently.
    public init(
        _ text: String,
        limit: Int = defaultLimit,
        encoding: TextEncoding = .utf8
    ) throws(ParsingError) {
        try self.init(text.utf8.span, limit: limit, encoding: encoding)
    }

    init(_ text: Span<UInt8>, limit: Int, encoding: TextEncoding = .utf8) throws(ParsingError) {
        var start = 0
        while start < text.count {
            var end = start
            var equals: Int?
            while end < text.count, text[end] != 0x26 {
                if equals == nil, text[end] == 0x3D { equals = end }
                end += 1
            }
            if end > start {
                guard parameters.count < limit else { throw .tooMany(limit: limit) }
                let nameEnd = equals ?? end
                let valueStart = equals.map { $0 + 1 } ?? end
                do {
                    parameters.append(
                        Parameter(
                            name: try PercentEncoding.decode(text.extracting(start..<nameEnd), formIn: encoding),
                            value: try PercentEncoding.decode(text.extracting(valueStart..<end), formIn: encoding)
                        )
                    )
                } catch {
                    throw .decoding(error)
                }
            }
            start = end + 1
        }
    }

    /// The value of the last parameter with this name, as in Dart's `Uri.queryParameters`; `nil` if there is none.
    public subscript(name: String) -> String? {
        parameters.last { $0.name == name }?.value
    }

    /// The values of all the parameters with this name, in order.
    public func all(_ name: String) -> [String] {
        parameters.compactMap { $0.name == name ? $0.value : nil }
    }

    /// Adds a parameter at the end.
    public mutating func append(name: String, value: String) {
        parameters.append(Parameter(name: name, value: value))
    }
}

extension QueryParameters: RandomAccessCollection {
    /// The position of the first parameter.
    public var startIndex: Int { parameters.startIndex }
    /// The position after the last parameter.
    public var endIndex: Int { parameters.endIndex }

    /// The parameter at this position.
    public subscript(position: Int) -> Parameter {
        parameters[position]
    }
}

extension QueryParameters: ExpressibleByDictionaryLiteral {
    /// The parameters of the literal, in its order.
    public init(dictionaryLiteral elements: (String, String)...) {
        parameters = elements.map { Parameter(name: $0.0, value: $0.1) }
    }
}

extension QueryParameters: CustomStringConvertible {
    /// The query, percent-encoded and without a `?`.
    public var description: String {
        var text = ""
        for parameter in parameters {
            if !text.isEmpty { text += "&" }
            PercentEncoding.encode(parameter.name, as: .queryComponent, into: &text)
            text += "="
            PercentEncoding.encode(parameter.value, as: .queryComponent, into: &text)
        }
        return text
    }
}
