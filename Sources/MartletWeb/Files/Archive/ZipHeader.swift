import HTTPWire
import NIOCore

extension ZipWriter {
    /// The three places of an archive that describe an entry: before its content, after it, and at the end.
    struct Header {
        private let entry: Entry
        private let name: [UInt8]
        private let isUTF8: Bool
        /// Whether the lengths after the content have 64 bits, which has to be said before it.
        private let isLarge: Bool

        init(_ entry: Entry, _ limits: ZipLimits) {
            self.entry = entry
            name = entry.name.prefix(0xFFFF - 1) + (entry.isDirectory ? [0x2F] : [])
            isUTF8 = String(validating: name, as: UTF8.self) != nil
            // Content that can't be compressed becomes a little longer.
            isLarge = UInt64(max(entry.maximumBytes, 0)) > limits.field - limits.field / 16
        }

        /// The most bytes that the record at the end takes.
        var recordLength: Int { 46 + name.count + 28 + 9 }

        private var version: UInt16 { isLarge ? 45 : 20 }

        /// The checksum and the lengths follow the content (bit 3); the name is in UTF-8 (bit 11).
        private var flags: UInt16 { (entry.isDirectory ? 0 : 0x0008) | (isUTF8 ? 0x0800 : 0) }

        private var method: UInt16 { entry.isDirectory ? 0 : 8 }

        func writeLocal(into output: inout ByteBuffer) {
            output.writeLittle(0x0403_4B50 as UInt32)
            output.writeLittle(version)
            writeCommon(into: &output)
            output.writeLittle(0 as UInt32)
            output.writeLittle((isLarge ? 0xFFFF_FFFF : 0) as UInt32)
            output.writeLittle((isLarge ? 0xFFFF_FFFF : 0) as UInt32)
            output.writeLittle(UInt16(name.count))
            output.writeLittle(UInt16((isLarge ? 20 : 0) + 9))
            output.writeBytes(name)
            if isLarge {
                output.writeLittle(0x0001 as UInt16)
                output.writeLittle(16 as UInt16)
                output.writeLittle(0 as UInt64)
                output.writeLittle(0 as UInt64)
            }
            writeTime(into: &output)
        }

        func writeDescriptor(_ totals: ZipContent.Totals, into output: inout ByteBuffer) {
            output.writeLittle(0x0807_4B50 as UInt32)
            output.writeLittle(totals.checksum)
            if isLarge {
                output.writeLittle(totals.compressed)
                output.writeLittle(totals.uncompressed)
            } else {
                output.writeLittle(UInt32(truncatingIfNeeded: totals.compressed))
                output.writeLittle(UInt32(truncatingIfNeeded: totals.uncompressed))
            }
        }

        func writeRecord(
            _ totals: ZipContent.Totals,
            offset: UInt64,
            _ limits: ZipLimits,
            into output: inout ByteBuffer
        ) {
            let hasLengths = isLarge || totals.compressed > limits.field || totals.uncompressed > limits.field
            var large: [UInt64] = hasLengths ? [totals.uncompressed, totals.compressed] : []
            if offset > limits.field { large.append(offset) }
            output.writeLittle(0x0201_4B50 as UInt32)
            // Made on Unix: the permissions below are those of Unix.
            output.writeLittle(3 << 8 | 45 as UInt16)
            output.writeLittle(large.isEmpty ? version : 45)
            writeCommon(into: &output)
            output.writeLittle(totals.checksum)
            output.writeLittle(hasLengths ? 0xFFFF_FFFF : UInt32(truncatingIfNeeded: totals.compressed))
            output.writeLittle(hasLengths ? 0xFFFF_FFFF : UInt32(truncatingIfNeeded: totals.uncompressed))
            output.writeLittle(UInt16(name.count))
            output.writeLittle(UInt16((large.isEmpty ? 0 : 4 + 8 * large.count) + 9))
            // No comment, the first disk, no internal attributes.
            output.writeLittle(0 as UInt16)
            output.writeLittle(0 as UInt16)
            output.writeLittle(0 as UInt16)
            output.writeLittle(entry.isDirectory ? 0o040755 << 16 | 0x10 : 0o100644 << 16 as UInt32)
            output.writeLittle(offset > limits.field ? 0xFFFF_FFFF : UInt32(truncatingIfNeeded: offset))
            output.writeBytes(name)
            if !large.isEmpty {
                output.writeLittle(0x0001 as UInt16)
                output.writeLittle(UInt16(8 * large.count))
                for value in large { output.writeLittle(value) }
            }
            writeTime(into: &output)
        }

        /// Flags, method, and the time in the form of MS-DOS, which is that of UTC here.
        private func writeCommon(into output: inout ByteBuffer) {
            output.writeLittle(flags)
            output.writeLittle(method)
            let parts = entry.lastModified.components
            let isInRange = (1980...2107).contains(parts.year)
            let time = isInRange ? parts.hour << 11 | parts.minute << 5 | parts.second / 2 : 0
            let date = isInRange ? (parts.year - 1980) << 9 | parts.month << 5 | parts.day : 1 << 5 | 1
            output.writeLittle(UInt16(truncatingIfNeeded: time))
            output.writeLittle(UInt16(truncatingIfNeeded: date))
        }

        /// The time in UTC, which the other one can't be relied on to be.
        private func writeTime(into output: inout ByteBuffer) {
            output.writeLittle(0x5455 as UInt16)
            output.writeLittle(5 as UInt16)
            output.writeLittle(1 as UInt8)
            output.writeLittle(Int32(clamping: entry.lastModified.secondsSince1970))
        }
    }
}

/// The end of an archive, after the records of the entries.
struct ZipEnd {
    private let count: UInt64
    private let length: UInt64
    private let offset: UInt64
    private let isLarge: Bool
    private let limits: ZipLimits

    /// - Parameters:
    ///   - length: How long the records are.
    ///   - offset: Where they begin.
    init(count: Int, length: UInt64, offset: UInt64, _ limits: ZipLimits) {
        (self.count, self.length, self.offset, self.limits) = (UInt64(count), length, offset, limits)
        isLarge = count > limits.count || length > limits.field || offset > limits.field
    }

    func write(into output: inout ByteBuffer) {
        if isLarge {
            output.writeLittle(0x0606_4B50 as UInt32)
            output.writeLittle(44 as UInt64)
            output.writeLittle(3 << 8 | 45 as UInt16)
            output.writeLittle(45 as UInt16)
            output.writeLittle(0 as UInt32)
            output.writeLittle(0 as UInt32)
            output.writeLittle(count)
            output.writeLittle(count)
            output.writeLittle(length)
            output.writeLittle(offset)
            // Where the record above is.
            output.writeLittle(0x0706_4B50 as UInt32)
            output.writeLittle(0 as UInt32)
            output.writeLittle(offset + length)
            output.writeLittle(1 as UInt32)
        }
        let shortCount = count > UInt64(limits.count) ? 0xFFFF : UInt16(truncatingIfNeeded: count)
        output.writeLittle(0x0605_4B50 as UInt32)
        output.writeLittle(0 as UInt16)
        output.writeLittle(0 as UInt16)
        output.writeLittle(shortCount)
        output.writeLittle(shortCount)
        output.writeLittle(length > limits.field ? 0xFFFF_FFFF : UInt32(truncatingIfNeeded: length))
        output.writeLittle(offset > limits.field ? 0xFFFF_FFFF : UInt32(truncatingIfNeeded: offset))
        output.writeLittle(0 as UInt16)
    }
}

extension ByteBuffer {
    fileprivate mutating func writeLittle(_ value: some FixedWidthInteger) {
        writeInteger(value, endianness: .little)
    }
}
