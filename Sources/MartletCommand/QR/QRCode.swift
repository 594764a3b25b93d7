/// A QR code (ISO/IEC 18004) of versions 1 to 10, in byte mode: up to 271 bytes, enough for any URL of a server.
///
/// A plain value: bytes in, modules out.
struct QRCode: Equatable {
    /// How much of a code may be unreadable.
    enum Level: Int {
        /// 15 percent.
        case medium = 0
        /// 7 percent.
        case low = 1
    }

    /// How many modules there are in a row and in a column.
    let size: Int
    private let matrix: QRMatrix

    /// Encodes bytes; nil if there are too many.
    ///
    /// - Parameter mask: The pattern that breaks up uniform areas, 0 to 7; nil for the best one.
    init?(_ bytes: [UInt8], level: Level = .medium, mask: Int? = nil) {
        guard let version = QRVersion.smallest(for: bytes.count, level) else { return nil }
        let data = QRCodewords(bytes, version).interleaved
        let blank = QRMatrix(version: version.number, data)
        let candidates = (0..<8).filter { mask == nil || $0 == mask }.map { blank.masked($0, level) }
        guard let best = candidates.min(by: { $0.penalty < $1.penalty }) else { return nil }
        matrix = best
        size = best.size
    }

    /// Whether the module is dark; those around the code are light.
    subscript(row: Int, column: Int) -> Bool {
        (0..<size).contains(row) && (0..<size).contains(column) && matrix[row, column]
    }

    /// The code for a terminal, two rows of modules in each line, with a margin of two modules.
    ///
    /// - Parameter colours: Whether to make it dark on light whatever the colours of the terminal are.
    func text(colours: Bool) -> String {
        var text = ""
        for row in stride(from: -2, to: size + 2, by: 2) {
            if colours { text += "\u{1B}[30;107m" }
            for column in -2..<size + 2 {
                // Without colours a terminal is taken to be dark, so that its ink is light.
                let (upper, lower) = (self[row, column] == colours, self[row + 1, column] == colours)
                text += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ")
            }
            if colours { text += Palette.end }
            text += "\n"
        }
        return text
    }

    /// The width of the text in characters.
    var width: Int { size + 4 }
}
