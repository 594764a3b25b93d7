/// The colours of output on a terminal.
enum Palette {
    /// The coloured parts.
    enum Role {
        case key, string, number, literal
        case success, redirect, failure, fieldName

        /// The attributes of SGR (ECMA-48 section 8.3.117): from the 16 colours that every theme keeps readable.
        var attributes: StaticString {
            switch self {
            case .key: "1;34"
            case .string: "32"
            case .number: "36"
            case .literal: "33"
            case .success: "1;32"
            case .redirect: "1;33"
            case .failure: "1;31"
            case .fieldName: "36"
            }
        }

        var start: String { "\u{1B}[\(attributes)m" }
    }

    static let end = "\u{1B}[0m"

    /// The text in the colour of a role.
    static func paint(_ text: String, as role: Role) -> String {
        role.start + text + end
    }
}
