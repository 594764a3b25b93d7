import NIOCore

/// Cuts bytes into lines. A plain value: pieces in, as they arrive, and whole lines out, without their line ends.
struct LineSplitter {
    /// A line may have this many bytes: as many as a message that servers usually take.
    static let maximumBytes = 16 * 1_024 * 1_024

    private var pending = ByteBuffer()

    /// Takes a piece, and returns the lines that it completes. A line ends with LF or CR LF.
    ///
    /// - Throws: ``CommandFailure`` for a line that is too long.
    mutating func process(_ piece: ByteBuffer) throws(CommandFailure) -> [String] {
        pending.writeImmutableBuffer(piece)
        var lines: [String] = []
        while let index = pending.readableBytesView.firstIndex(of: 0x0A) {
            let line = pending.readSlice(length: index - pending.readerIndex) ?? ByteBuffer()
            pending.moveReaderIndex(forwardBy: 1)
            lines.append(Self.text(line))
        }
        pending.discardReadBytes()
        guard pending.readableBytes <= Self.maximumBytes else {
            throw CommandFailure(.usage, "A line of the input has more than \(Self.maximumBytes) bytes.")
        }
        return lines
    }

    /// The last line, if no line end follows it.
    mutating func finish() -> String? {
        defer { pending.clear() }
        return pending.readableBytes == 0 ? nil : Self.text(pending)
    }

    private static func text(_ line: ByteBuffer) -> String {
        let bytes = line.readableBytesView
        return String(decoding: bytes.last == 0x0D ? bytes.dropLast() : bytes, as: UTF8.self)
    }
}
