import NIOCore

/// The ways in which bytes can arrive. Every parser has to make the same of all of them.
enum Pieces {
    /// Whole, byte by byte, and in two pieces cut at every position.
    static func ways(of bytes: [UInt8]) -> [[ArraySlice<UInt8>]] {
        var ways: [[ArraySlice<UInt8>]] = [[bytes[...]]]
        ways.append(bytes.indices.map { bytes[$0...$0] })
        // Beyond a few hundred bytes each cut is much like the last.
        let step = max(1, bytes.count / 300)
        ways += stride(from: 1, to: max(bytes.count, 1), by: step).map { [bytes[..<$0], bytes[$0...]] }
        return ways
    }

    /// Hands piece after piece to `step` in one growing buffer until it answers something.
    static func feed<Result>(
        _ pieces: [ArraySlice<UInt8>],
        into buffer: inout ByteBuffer,
        _ step: (inout ByteBuffer) throws -> Result?
    ) rethrows -> Result? {
        var result: Result?
        for piece in pieces {
            buffer.writeBytes(piece)
            if result == nil { result = try step(&buffer) }
        }
        return result
    }
}
