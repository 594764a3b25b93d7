import HTTPWire
import NIOCore

/// What has to hold for compressed content: what comes out of it does not depend on how it was cut, nor on how much is
/// taken at once, and keeps to its limits.
enum CodingProperties {
    private static let limits = Decompressor.Limits(
        maximumOutput: 1 << 16,
        maximumRatio: .max,
        ratioExemption: .max
    )

    static func check(_ bytes: [UInt8], _ codings: [ContentCoding]) {
        for coding in codings {
            let outcomes = cuts(of: bytes).map { content($0, coding, upTo: .max) }
            for outcome in outcomes { expectEqual(outcome, outcomes[0], "\(coding) depends on the cut") }
            let portions = content([bytes[...]], coding, upTo: 1 + bytes.count % 100)
            expectEqual(portions, outcomes[0], "\(coding) depends on the portions")
        }
    }

    /// What comes out, `nil` if it is not in the format. How much comes out before an error is not compared.
    private static func content(_ pieces: [ArraySlice<UInt8>], _ coding: ContentCoding, upTo limit: Int) -> [UInt8]? {
        var output = ByteBuffer()
        do throws(ContentCodingError) {
            let decompressor = try Decompressor(coding, limits: limits)
            for piece in pieces {
                var input = ByteBuffer(bytes: piece)
                while true {
                    let count = try decompressor.decompress(&input, into: &output, upTo: limit)
                    guard count <= limit, output.readableBytes <= limits.maximumOutput else {
                        fatalError("\(coding) exceeds its limits")
                    }
                    if count < limit { break }
                }
                if input.readableBytes > 0 {
                    // Damage after good content, of which the next call tells.
                    try decompressor.decompress(&input, into: &output)
                    fatalError("\(coding) leaves input")
                }
            }
            try decompressor.finish()
        } catch {
            // A coding without its library would find nothing.
            if case .unsupported = error { fatalError("\(error)") }
            return nil
        }
        return Array(output.readableBytesView)
    }
}
