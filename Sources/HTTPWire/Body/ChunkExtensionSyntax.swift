/// Checks chunk extensions byte by byte: `*( BWS ";" BWS name [ BWS "=" BWS value ] )`, where a value is a token or a
/// quoted string (RFC 9112 section 7.1.1). Their content is not kept: no extension is in use.
struct ChunkExtensionSyntax: Sendable {
    private enum State: UInt8, Sendable {
        /// After white space, where only a semicolon can follow.
        case beforeSemicolon
        case beforeName
        case name
        case afterName
        case beforeValue
        case value
        case quoted
        case escaped
        /// After a value, with or without white space.
        case afterValue
    }

    private var state = State.beforeSemicolon

    /// Whether the line may end here: not after white space that no extension follows, nor within an extension.
    var isComplete: Bool { state == .name || state == .value || state == .afterValue }

    /// Whether the line may end here once white space after the size or an extension is disregarded. Some servers pad
    /// their sizes to a fixed width.
    var isCompleteButForBlanks: Bool { isComplete || state == .beforeSemicolon || state == .afterName }

    /// Consumes one more byte; returns whether it is allowed there.
    mutating func take(_ byte: UInt8) -> Bool {
        switch state {
        case .quoted:
            if byte == UInt8(ascii: "\"") {
                state = .afterValue
            } else if byte == UInt8(ascii: "\\") {
                state = .escaped
            }
            return Self.isText(byte)
        case .escaped:
            state = .quoted
            return Self.isText(byte)
        case .beforeSemicolon, .afterName, .afterValue:
            return takeSeparator(byte)
        case .beforeName, .name:
            if ByteSet.token.contains(byte) {
                state = .name
                return true
            }
            return state == .name ? takeSeparator(byte) : byte.isBlank
        case .beforeValue, .value:
            if ByteSet.token.contains(byte) {
                state = .value
                return true
            }
            if state == .value { return takeSeparator(byte) }
            if byte == UInt8(ascii: "\"") { state = .quoted }
            return byte.isBlank || byte == UInt8(ascii: "\"")
        }
    }

    /// Consumes what can follow a size, a name or a value.
    private mutating func takeSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ";"):
            state = .beforeName
        case UInt8(ascii: "=") where state == .name || state == .afterName:
            state = .beforeValue
        case 0x20, 0x09:
            // White space has to lead to something: a line must not end in it.
            if state == .name { state = .afterName } else if state != .afterName { state = .beforeSemicolon }
        default:
            return false
        }
        return true
    }

    /// Whether a quoted string may hold the byte. The callers handle the backslash and the quote.
    private static func isText(_ byte: UInt8) -> Bool {
        ByteSet.fieldText.contains(byte) || byte >= 0x80
    }
}
