extension Unicode.Scalar {
    /// Whether it is a space of any width.
    var isSpace: Bool { properties.generalCategory == .spaceSeparator }

    /// Whether it is a control character: line ends, tab, `U+0000`, escape …
    var isControl: Bool { properties.generalCategory == .control }

    /// Whether it is a line or paragraph separator.
    var isSeparator: Bool {
        switch properties.generalCategory {
        case .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// Whether it is invisible: joiners, marks that change the text direction, fillers, and blank letters.
    var isInvisible: Bool {
        if properties.isDefaultIgnorableCodePoint { return true }
        switch properties.generalCategory {
        case .format, .surrogate, .privateUse, .unassigned: return true
        default: break
        }
        // A blank Braille cell is a symbol, and looks like a space.
        return value == 0x2800
    }

    /// Whether it can occur inside an emoji sequence: the joiner, the variation selector, tags.
    var joinsEmoji: Bool { value == 0x200D || value == 0xFE0F || (0xE0020...0xE007F).contains(value) }
}
