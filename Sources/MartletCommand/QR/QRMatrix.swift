/// The modules of a QR code, and which of them are patterns that no mask changes.
struct QRMatrix: Equatable {
    let size: Int
    private let version: Int
    private var modules: [Bool]
    private var patterns: [Bool]

    /// Draws the patterns and the codewords, without a mask.
    init(version: Int, _ codewords: [UInt8]) {
        self.version = version
        size = 4 * version + 17
        modules = Array(repeating: false, count: size * size)
        patterns = modules
        drawPatterns()
        draw(codewords)
    }

    subscript(row: Int, column: Int) -> Bool { modules[row * size + column] }

    /// The code with a mask, and with the information which one it is.
    func masked(_ mask: Int, _ level: QRCode.Level) -> QRMatrix {
        var result = self
        for row in 0..<size {
            for column in 0..<size where !patterns[row * size + column] && Self.inverts(mask, row, column) {
                result.modules[row * size + column].toggle()
            }
        }
        result.drawFormat(mask, level)
        return result
    }

    private static func inverts(_ mask: Int, _ row: Int, _ column: Int) -> Bool {
        switch mask {
        case 0: (row + column) % 2 == 0
        case 1: row % 2 == 0
        case 2: column % 3 == 0
        case 3: (row + column) % 3 == 0
        case 4: (row / 2 + column / 3) % 2 == 0
        case 5: row * column % 2 + row * column % 3 == 0
        case 6: (row * column % 2 + row * column % 3) % 2 == 0
        default: ((row + column) % 2 + row * column % 3) % 2 == 0
        }
    }

    // MARK: Patterns

    private mutating func set(_ row: Int, _ column: Int, _ isDark: Bool) {
        guard (0..<size).contains(row), (0..<size).contains(column) else { return }
        modules[row * size + column] = isDark
        patterns[row * size + column] = true
    }

    private mutating func drawPatterns() {
        for index in 0..<size {
            set(6, index, index % 2 == 0)
            set(index, 6, index % 2 == 0)
        }
        for (row, column) in [(3, 3), (3, size - 4), (size - 4, 3)] {
            drawSquares(row, column, radius: 4) { $0 != 2 && $0 != 4 }
        }
        let places = QRVersion.alignments(version)
        for row in places {
            for column in places {
                // The other three corners are those of the patterns above.
                let isCorner = (row == 6 || row == size - 7) && (column == 6 || column == size - 7)
                if isCorner, row == 6 || column == 6 { continue }
                drawSquares(row, column, radius: 2) { $0 != 1 }
            }
        }
        drawVersion()
        // Reserves the place of what the mask decides.
        drawFormat(0, .medium)
    }

    /// Draws concentric squares.
    private mutating func drawSquares(_ row: Int, _ column: Int, radius: Int, isDark: (_ distance: Int) -> Bool) {
        for down in -radius...radius {
            for right in -radius...radius {
                set(row + down, column + right, isDark(max(abs(down), abs(right))))
            }
        }
    }

    /// The level and the mask, twice.
    private mutating func drawFormat(_ mask: Int, _ level: QRCode.Level) {
        let value = level.rawValue << 3 | mask
        let bits = (value << 10 | Self.remainder(value << 10, by: 0x537)) ^ 0x5412
        for index in 0..<15 {
            let isDark = bits >> index & 1 == 1
            switch index {
            case ..<6: set(index, 8, isDark)
            case ..<8: set(index + 1, 8, isDark)
            case 8: set(8, 7, isDark)
            default: set(8, 14 - index, isDark)
            }
            if index < 8 {
                set(8, size - 1 - index, isDark)
            } else {
                set(size - 15 + index, 8, isDark)
            }
        }
        set(size - 8, 8, true)
    }

    /// The version, twice, from version 7 up.
    private mutating func drawVersion() {
        guard version >= 7 else { return }
        let bits = version << 12 | Self.remainder(version << 12, by: 0x1F25)
        for index in 0..<18 {
            let isDark = bits >> index & 1 == 1
            set(index / 3, size - 11 + index % 3, isDark)
            set(size - 11 + index % 3, index / 3, isDark)
        }
    }

    /// The remainder of a division of polynomials over the field of two elements.
    private static func remainder(_ value: Int, by divisor: Int) -> Int {
        var rest = value
        let width = Int.bitWidth - divisor.leadingZeroBitCount
        while true {
            let shift = Int.bitWidth - rest.leadingZeroBitCount - width
            guard shift >= 0 else { return rest }
            rest ^= divisor << shift
        }
    }

    // MARK: Data

    /// Draws the codewords in columns of two modules, from the right, up and down in turn.
    private mutating func draw(_ codewords: [UInt8]) {
        var (index, column, goesUp) = (0, size - 1, true)
        while column > 0 {
            // The vertical timing pattern is left out.
            if column == 6 { column -= 1 }
            for step in 0..<size {
                let row = goesUp ? size - 1 - step : step
                for place in [row * size + column, row * size + column - 1] where !patterns[place] {
                    guard index < codewords.count * 8 else { continue }
                    modules[place] = codewords[index / 8] >> UInt8(7 - index % 8) & 1 == 1
                    index += 1
                }
            }
            goesUp.toggle()
            column -= 2
        }
    }
}
