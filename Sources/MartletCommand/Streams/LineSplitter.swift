import NIOCore

/// Cuts bytes into lines. A plain value: pieces in, as they arrive, and whole lines out, without their line ends.
struct LineSplitter {
    /// A line may have this many bytes.
    static let maximumBytes = 16 * 1_024 * 1_024

    private var pending = ByteBuffer()
    /// How many of the pending bytes have no line end among them.
    private var searched = 0

    /// Takes a piece, and returns the lines that it completes. A line ends with LF or CR LF.
    ///
    /// - Throws: ``CommandFailure`` for a line that is too long.
    mutating func process(_ piece: ByteBuffer) throws(CommandFailure) -> [String] {
        pending.writeImmutableBuffer(piece)
        var lines: [String] = []
        while let index = pending.readableBytesView.dropFirst(searched).firstIndex(of: 0x0A) {
            let line = pending.readSlice(length: index - pending.readerIndex) ?? ByteBuffer()
            pending.moveReaderIndex(forwardBy: 1)
            searched = 0
            lines.append(try Self.text(line))
        }
        searched = pending.readableBytes
        pending.discardReadBytes()
        guard pending.readableBytes <= Self.maximumBytes else {
            throw CommandFailure(.usage, "A line of the input has more than \(Self.maximumBytes) bytes.")
        }
        return lines
    }

    /// The last line, if no line end follows it.
    ///
    /// - Throws: ``CommandFailure`` for bytes that are not text.
    mutating func finish() throws(CommandFailure) -> String? {
        defer { (pending, searched) = (ByteBuffer(), 0) }
        return pending.readableBytes == 0 ? nil : try Self.text(pending)
    }

    private static func text(_ line: ByteBuffer) throws(CommandFailure) -> String {
        let bytes = line.readableBytesView
        guard let text = String(validating: bytes.last == 0x0D ? bytes.dropLast() : bytes, as: UTF8.self) else {
            throw CommandFailure(.usage, "A line of the input is not UTF-8. Send bytes in hexadecimal, with --binary.")
        }
        return text
    }
}
