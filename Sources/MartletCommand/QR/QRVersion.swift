/// A size of QR codes, and how its codewords are divided into blocks.
struct QRVersion: Equatable {
    let number: Int
    /// How many codewords of each block correct errors.
    let correctionCount: Int
    let blockCount: Int
    let totalCount: Int

    /// Tables 1 and 9 of the standard, for the versions 1 to 10.
    private static let totals = [26, 44, 70, 100, 134, 172, 196, 242, 292, 346]
    private static let low = [(7, 1), (10, 1), (15, 1), (20, 1), (26, 1), (18, 2), (20, 2), (24, 2), (30, 2), (18, 4)]
    private static let medium = [
        (10, 1), (16, 1), (26, 1), (18, 2), (24, 2), (16, 4), (18, 4), (22, 4), (22, 5), (26, 5),
    ]

    /// The smallest version for that many bytes; nil if none of these is large enough.
    static func smallest(for count: Int, _ level: QRCode.Level) -> QRVersion? {
        let blocks = level == .low ? low : medium
        return zip(totals, blocks).enumerated().lazy.map { index, pair in
            let (total, (correction, blocks)) = pair
            return QRVersion(
                number: index + 1,
                correctionCount: correction,
                blockCount: blocks,
                totalCount: total
            )
        }.first { $0.capacity >= count }
    }

    var dataCount: Int { totalCount - correctionCount * blockCount }

    /// How many bits say how many bytes there are.
    var lengthBits: Int { number < 10 ? 8 : 16 }

    /// The most bytes that there is room for, after the mode and the length.
    var capacity: Int { (dataCount * 8 - 4 - lengthBits) / 8 }

    /// Where the centres of alignment patterns are, in both directions.
    static func alignments(_ number: Int) -> [Int] {
        switch number {
        case ...1: []
        case 2...6: [6, 4 * number + 10]
        default: [6, 2 * number + 8, 4 * number + 10]
        }
    }
}
