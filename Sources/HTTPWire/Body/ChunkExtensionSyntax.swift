/// Checks chunk extensions byte by byte: `*( BWS ";" BWS name [ BWS "=" BWS value ] )`, where a value is a token or
/// a quoted string (RFC 9112 section 7.1.1). What they say is not kept; nobody has use for it.
struct ChunkExtensionSyntax: Sendable {
    private enum State: UInt8, Sendable {
        /// Where a semicolon has to come, after white space.
        case beforeSemicolon
        case beforeName
        case name
        case afterName
        case beforeValue
        case value
        case quoted
        case escaped
        /// Behind a value, with or without white space.
        case afterValue
    }

    private var state = State.beforeSemicolon

    /// Whether the line may end here: not in white space that no extension follows, nor within an extension.
    var isComplete: Bool { state == .name || state == .value || state == .afterValue }

    /// Whether nothing but blanks is missing or too much, after the size or an extension. Servers exist that pad their
    /// sizes to a fixed width.
    var isCompleteButForBlanks: Bool { isComplete || state == .beforeSemicolon || state == .afterName }

    /// Takes one more byte; answers whether it can stand there.
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

    /// What can stand behind a size, a name or a value.
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

    /// What a quoted string may hold; the backslash and the quote have their meaning, not their place, checked.
    private static func isText(_ byte: UInt8) -> Bool {
        ByteSet.fieldText.contains(byte) || byte >= 0x80
    }
}
