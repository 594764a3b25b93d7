import HTTPWire
import NIOCore

/// Writes a zip archive (APPNOTE.TXT 6.3.10) while its files are read: the sizes and checksums follow the contents.
///
/// A plain value: contents in, bytes of the archive out. It keeps one short record for each entry, which the end of an
/// archive repeats, and nothing of the contents.
struct ZipWriter {
    enum Failure: Error, Equatable {
        /// The records at the end would take too much memory.
        case tooManyEntries
    }

    /// What an archive says of a file or a directory.
    struct Entry {
        /// The path, with slashes, without one at the beginning.
        var name: [UInt8]
        var isDirectory = false
        var lastModified: HTTPDate
        /// The most bytes that the content will have.
        var maximumBytes = 0
        /// Whether to try to make the content smaller.
        var compresses = true
    }

    private struct Open {
        let header: Header
        let content: ZipContent
        let start: UInt64
    }

    private let limits: ZipLimits
    private var open: Open?
    private var records = ByteBuffer()
    private var recordCount = 0
    /// How many bytes the archive has so far.
    private var offset: UInt64 = 0

    init(limits: ZipLimits = ZipLimits()) {
        self.limits = limits
    }

    /// Begins an entry; the content of the one before is complete.
    mutating func begin(_ entry: Entry, into output: inout ByteBuffer) throws {
        try end(into: &output)
        let header = Header(entry, limits)
        guard records.readableBytes + header.recordLength <= limits.recordBytes else { throw Failure.tooManyEntries }
        let start = offset
        write(into: &output) { header.writeLocal(into: &$0) }
        if entry.isDirectory {
            keep(header, ZipContent.Totals(), start)
        } else {
            open = Open(header: header, content: try ZipContent(level: entry.compresses ? 6 : 0), start: start)
        }
    }

    /// Adds to the content of the entry that has begun last.
    mutating func append(_ bytes: ByteBuffer, into output: inout ByteBuffer) throws {
        guard let open else { return }
        try write(into: &output) { try open.content.append(bytes, into: &$0) }
    }

    /// Completes the archive.
    mutating func finish(into output: inout ByteBuffer) throws {
        try end(into: &output)
        let end = ZipEnd(count: recordCount, length: UInt64(records.readableBytes), offset: offset, limits)
        output.writeImmutableBuffer(records)
        end.write(into: &output)
        records = ByteBuffer()
    }

    private mutating func end(into output: inout ByteBuffer) throws {
        guard let open else { return }
        self.open = nil
        var totals = ZipContent.Totals()
        try write(into: &output) { output in
            totals = try open.content.finish(into: &output)
            open.header.writeDescriptor(totals, into: &output)
        }
        keep(open.header, totals, open.start)
    }

    private mutating func keep(_ header: Header, _ totals: ZipContent.Totals, _ start: UInt64) {
        header.writeRecord(totals, offset: start, limits, into: &records)
        recordCount += 1
    }

    private mutating func write(into output: inout ByteBuffer, _ body: (inout ByteBuffer) throws -> Void) rethrows {
        let before = output.writerIndex
        try body(&output)
        offset += UInt64(output.writerIndex - before)
    }
}

/// From where on an archive needs the larger fields of zip64, and how large the records at its end may become.
struct ZipLimits {
    /// The greatest value of a field of 32 bits; the one above says that there is a field of 64.
    var field: UInt64 = 0xFFFF_FFFE
    /// The greatest number of entries that a field of 16 bits can hold.
    var count = 0xFFFE
    /// The most memory that the records may take.
    var recordBytes = 33_554_432
}
