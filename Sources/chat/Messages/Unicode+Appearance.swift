extension Unicode.Scalar {
    /// Whether it is a space, of whatever width.
    var isSpace: Bool { properties.generalCategory == .spaceSeparator }

    /// Whether it takes part in lines and tabulators only, or in the control of terminals and text: `U+0000`, escape …
    var isControl: Bool { properties.generalCategory == .control }

    /// Whether it is a line's or a paragraph's end.
    var isSeparator: Bool {
        switch properties.generalCategory {
        case .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// Whether nobody sees it: characters that join, turn the direction of text or fill, and blank letters.
    var isInvisible: Bool {
        if properties.isDefaultIgnorableCodePoint { return true }
        switch properties.generalCategory {
        case .format, .surrogate, .privateUse, .unassigned: return true
        default: break
        }
        // A blank Braille cell is a symbol, and looks like a space.
        return value == 0x2800
    }

    /// Whether it can stand inside an emoji that is made of several: the joiner, the variation selector, tags.
    var joinsEmoji: Bool { value == 0x200D || value == 0xFE0F || (0xE0020...0xE007F).contains(value) }
}
