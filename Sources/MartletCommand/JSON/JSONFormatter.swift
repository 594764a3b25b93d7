/// Formats JSON for reading, as it arrives: one member per line, two spaces per level, in colours.
///
///     var formatter = JSONFormatter(indents: true, colours: false)
///     formatter.process(#"{"a":[1,2.50],"a":{}}"#.utf8)
///
/// A plain value: bytes in, bytes out. It changes only white space outside of strings: numbers keep their digits,
/// members their order, and names may be repeated. It does not validate: text that is not JSON keeps all its characters
/// too. If there are several values, each begins on a line of its own.
struct JSONFormatter {
    private enum State {
        /// Between tokens.
        case between
        case string(isEscaped: Bool)
        /// A number, a literal, or anything else.
        case word
    }

    private enum Container {
        case array, object
    }

    /// Deeper containers are indented no further, or a few thousand brackets would fill gigabytes.
    static let maximumIndentation = 64
    /// The kind of deeper containers is not stored: their names are coloured like strings.
    private static let maximumContainers = 1_024

    private let indents: Bool
    private let colours: Bool
    private var state = State.between
    private var containers: [Container] = []
    private var depth = 0
    /// After an opening bracket, before its content.
    private var isFresh = false
    /// After a value, with no comma since.
    private var followsValue = false
    private var expectsName = false
    private var isAtLineStart = true

    init(indents: Bool, colours: Bool) {
        self.indents = indents
        self.colours = colours
    }

    /// Formats some more bytes.
    mutating func process(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        for byte in bytes {
            switch state {
            case .string(isEscaped: true):
                output.append(byte)
                state = .string(isEscaped: false)
            case .string(isEscaped: false):
                output.append(byte)
                if byte == UInt8(ascii: "\\") { state = .string(isEscaped: true) }
                if byte == UInt8(ascii: "\"") { endToken(&output) }
            case .word where !Self.endsWord(byte):
                output.append(byte)
            case .word:
                endToken(&output)
                begin(byte, &output)
            case .between:
                begin(byte, &output)
            }
        }
        return output
    }

    /// Formats the rest at the end.
    mutating func finish() -> [UInt8] {
        var output: [UInt8] = []
        if case .between = state {} else { endToken(&output) }
        if indents, !isAtLineStart { output.append(UInt8(ascii: "\n")) }
        self = JSONFormatter(indents: indents, colours: colours)
        return output
    }

    // MARK: Tokens

    private mutating func begin(_ byte: UInt8, _ output: inout [UInt8]) {
        if Self.isWhiteSpace(byte) {
            if !indents { output.append(byte) }
            return
        }
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            beginValue(&output)
            output.append(byte)
            open(byte == UInt8(ascii: "{") ? .object : .array)
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            close()
            if !isFresh { breakLine(&output) }
            isFresh = false
            followsValue = true
            output.append(byte)
        case UInt8(ascii: ","):
            output.append(byte)
            isFresh = false
            followsValue = false
            expectsName = isInObject
            breakLine(&output)
        case UInt8(ascii: ":"):
            output.append(byte)
            if indents { output.append(UInt8(ascii: " ")) }
            isFresh = false
            followsValue = false
            expectsName = false
        case UInt8(ascii: "\""):
            beginValue(&output)
            paint(expectsName ? .key : .string, &output)
            output.append(byte)
            state = .string(isEscaped: false)
        default:
            beginValue(&output)
            paint(byte == UInt8(ascii: "-") || Self.isDigit(byte) ? .number : .literal, &output)
            output.append(byte)
            state = .word
        }
        isAtLineStart = byte == UInt8(ascii: ",") && indents
    }

    private mutating func beginValue(_ output: inout [UInt8]) {
        if isFresh {
            breakLine(&output)
        } else if followsValue, indents {
            // Values without a comma between them must not be joined.
            if depth == 0 { breakLine(&output) } else { output.append(UInt8(ascii: " ")) }
        }
        isFresh = false
        followsValue = false
    }

    private mutating func endToken(_ output: inout [UInt8]) {
        if colours { output += Palette.end.utf8 }
        state = .between
        followsValue = true
    }

    private func paint(_ role: Palette.Role, _ output: inout [UInt8]) {
        if colours { output += role.start.utf8 }
    }

    // MARK: Containers

    private var isInObject: Bool { depth > 0 && depth <= containers.count && containers[depth - 1] == .object }

    private mutating func open(_ container: Container) {
        if containers.count == depth, depth < Self.maximumContainers { containers.append(container) }
        depth += 1
        isFresh = true
        expectsName = isInObject
    }

    private mutating func close() {
        guard depth > 0 else { return }
        if containers.count == depth { containers.removeLast() }
        depth -= 1
        expectsName = false
    }

    private func breakLine(_ output: inout [UInt8]) {
        guard indents else { return }
        output.append(UInt8(ascii: "\n"))
        output += repeatElement(UInt8(ascii: " "), count: 2 * min(depth, Self.maximumIndentation))
    }

    // MARK: Bytes

    private static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        0x30...0x39 ~= byte
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        isWhiteSpace(byte) || "{}[],:\"".utf8.contains(byte)
    }
}
