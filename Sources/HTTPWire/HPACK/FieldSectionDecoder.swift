import NIOCore

/// Decompresses the field blocks of one HTTP/2 connection (RFC 7541), with the memory that they share.
struct FieldSectionDecoder: Sendable {
    private var table = DynamicTable()
    /// A field that is being put together; kept for its memory.
    private var scratch: [UInt8] = []

    /// Decodes a whole block.
    ///
    /// - Parameters:
    ///   - limit: The most bytes that the fields may take; a block of a few bytes can stand for many.
    ///   - field: Is given each name and value, which must not be used once it returns.
    /// - Throws: What ends the connection, since the two ends no longer remember the same.
    mutating func decode(
        _ block: ByteBuffer,
        limit: Int,
        _ field: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void
    ) throws(HTTP2Error) {
        try block.withUnsafeReadableBytes { (bytes) throws(HTTP2Error) in
            var input = Input(bytes: bytes)
            var isAtStart = true
            var size = 0
            while let first = input.peek {
                if first & 0xE0 == 0x20 {
                    guard isAtStart else { throw Self.error("A change of the table's size behind a field", "4.2") }
                    try resize(to: input.integer(prefix: 5))
                    continue
                }
                isAtStart = false
                if first & 0x80 != 0 {
                    let entry = try entry(input.integer(prefix: 7))
                    size += entry.size
                    try Self.check(size, limit)
                    Self.pass(entry.bytes, entry.nameLength, to: field)
                } else {
                    let isIndexed = first & 0x40 != 0
                    let nameLength = try literal(&input, prefix: isIndexed ? 6 : 4)
                    size += scratch.count + 32
                    try Self.check(size, limit)
                    Self.pass(scratch, nameLength, to: field)
                    if isIndexed { table.insert(FieldTableEntry(bytes: scratch, nameLength: nameLength)) }
                }
            }
        }
    }

    private static func pass(
        _ bytes: [UInt8],
        _ nameLength: Int,
        to field: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void
    ) {
        bytes.withUnsafeBytes { bytes in
            field(
                UnsafeRawBufferPointer(rebasing: bytes[..<nameLength]),
                UnsafeRawBufferPointer(rebasing: bytes[nameLength...])
            )
        }
    }

    private static func check(_ size: Int, _ limit: Int) throws(HTTP2Error) {
        guard size <= limit else {
            throw HTTP2Error(.enhanceYourCalm, "A field section is too large (RFC 9113 section 10.5.1)")
        }
    }

    fileprivate static func error(_ reason: String, _ section: String) -> HTTP2Error {
        HTTP2Error(.compressionError, "\(reason) (RFC 7541 section \(section))")
    }

    /// Puts a literal field into ``scratch``; answers how long its name is.
    private mutating func literal(_ input: inout Input, prefix: Int) throws(HTTP2Error) -> Int {
        scratch.removeAll(keepingCapacity: true)
        let index = try input.integer(prefix: prefix)
        if index == 0 {
            try input.string(to: &scratch)
        } else {
            let known = try entry(index)
            scratch.append(contentsOf: known.bytes[..<known.nameLength])
        }
        let nameLength = scratch.count
        try input.string(to: &scratch)
        return nameLength
    }

    // MARK: The memory

    private func entry(_ index: Int) throws(HTTP2Error) -> FieldTableEntry {
        guard let entry = table[index] else { throw Self.error("An index that stands for nothing", "2.3.3") }
        return entry
    }

    private mutating func resize(to capacity: Int) throws(HTTP2Error) {
        guard capacity <= DynamicTable.defaultCapacity else { throw Self.error("A table larger than allowed", "6.3") }
        table.resize(to: capacity)
    }

    /// What is left of a block.
    private struct Input {
        let bytes: UnsafeRawBufferPointer
        var offset = 0

        init(bytes: UnsafeRawBufferPointer) {
            self.bytes = bytes
        }

        var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

        mutating func byte() throws(HTTP2Error) -> UInt8 {
            guard let byte = peek else { throw FieldSectionDecoder.error("A field block that ends too early", "5") }
            offset += 1
            return byte
        }

        /// A number of which the first byte has the low `prefix` bits (RFC 7541 section 5.1).
        mutating func integer(prefix: Int) throws(HTTP2Error) -> Int {
            let mask = 1 << prefix - 1
            var value = Int(try byte()) & mask
            guard value == mask else { return value }
            var shift = 0
            while true {
                let next = Int(try byte())
                guard shift <= 21 else { throw FieldSectionDecoder.error("A number that is too large", "5.1") }
                value += (next & 0x7F) << shift
                shift += 7
                if next & 0x80 == 0 { return value }
            }
        }

        /// Appends a text (RFC 7541 section 5.2).
        mutating func string(to text: inout [UInt8]) throws(HTTP2Error) {
            let isCoded = (peek ?? 0) & 0x80 != 0
            let length = try integer(prefix: 7)
            guard length <= bytes.count - offset else {
                throw FieldSectionDecoder.error("A text longer than its field block", "5.2")
            }
            let raw = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
            offset += length
            if !isCoded {
                text.append(contentsOf: raw)
            } else if !HuffmanCode.shared.decode(raw, to: &text) {
                throw FieldSectionDecoder.error("A text that is no Huffman code", "5.2")
            }
        }
    }
}
