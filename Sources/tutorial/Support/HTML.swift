import MartletWeb

/// A fragment of HTML. Interpolated values are escaped, unless they are HTML themselves.
///
/// ```swift
/// let name = "<script>"
/// let greeting: HTML = "<p>Hello, \(name)!</p>"   // <p>Hello, &lt;script&gt;!</p>
/// ```
struct HTML: Sendable, CustomStringConvertible {
    private(set) var description: String

    /// Creates a fragment of trusted HTML, CSS or JavaScript.
    init(trusted text: String) {
        description = text
    }
}

extension HTML: ExpressibleByStringInterpolation {
    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        mutating func appendInterpolation(_ value: some StringProtocol) {
            text += Markup.escape(String(value))
        }

        mutating func appendInterpolation(_ number: some BinaryInteger) {
            text += String(number)
        }

        mutating func appendInterpolation(_ html: HTML) {
            text += html.description
        }

        mutating func appendInterpolation(_ pieces: [HTML]) {
            for piece in pieces { text += piece.description }
        }
    }

    init(stringLiteral literal: String) {
        description = literal
    }

    init(stringInterpolation: StringInterpolation) {
        description = stringInterpolation.text
    }
}
