import HTTPTypes
import NIOCore

/// Decompresses the field blocks of one HTTP/2 connection (RFC 7541), with the dynamic table that they share.
struct FieldSectionDecoder: Sendable {
    private var table = DynamicTable()
    /// The field that is being assembled; reused for its memory.
    private var scratch: [UInt8] = []

    /// Decodes a whole block.
    ///
    /// - Parameters:
    ///   - limit: The maximum size of the decoded fields in bytes; a small block can expand to a large one.
    ///   - body: Called with each field, which must not be used after it returns.
    /// - Throws: An error that ends the connection, since the two dynamic tables no longer agree.
    @inline(__always)
    mutating func decode(
        _ block: ByteBuffer,
        limit: Int,
        _ body: (DecodedField) -> Void
    ) throws(HTTP2Error) {
        try block.withUnsafeReadableBytes { (bytes) throws(HTTP2Error) in
            var input = Input(bytes: bytes)
            var isAtStart = true
            var size = 0
            while let first = input.peek {
                if first & 0xE0 == 0x20 {
                    guard isAtStart else { throw Self.error("A dynamic table size update after a field", "4.2") }
                    try resize(to: input.integer(prefix: 5))
                    continue
                }
                isAtStart = false
                if first & 0x80 != 0 {
                    // Nearly all indices fit into the byte.
                    let index = first == 0xFF ? try input.integer(prefix: 7) : input.shortIndex(first)
                    guard let field = table.field(at: index) else { throw Self.unknownIndex() }
                    size &+= field.bytes.count &+ 32
                    guard size <= limit else { throw Self.tooLarge() }
                    body(field)
                } else {
                    let isIndexed = first & 0x40 != 0
                    let nameLength = try literal(&input, prefix: isIndexed ? 6 : 4)
                    size += scratch.count + 32
                    guard size <= limit else { throw Self.tooLarge() }
                    let traits = scratch.withUnsafeBytes { bytes in
                        let traits = FieldTraits(bytes, nameLength: nameLength)
                        body(DecodedField(bytes: bytes, nameLength: nameLength, traits: traits))
                        return traits
                    }
                    if isIndexed { table.insert(FieldTableEntry(bytes: scratch, nameLength: nameLength, traits)) }
                }
            }
        }
    }

    private static func tooLarge() -> HTTP2Error {
        HTTP2Error(.enhanceYourCalm, "A field section is too large (RFC 9113 section 10.5.1)")
    }

    private static func unknownIndex() -> HTTP2Error {
        error("An index that is in neither table", "2.3.3")
    }

    fileprivate static func error(_ reason: String, _ section: String) -> HTTP2Error {
        HTTP2Error(.compressionError, "\(reason) (RFC 7541 section \(section))")
    }

    /// Reads a literal field into ``scratch``; returns the length of its name.
    private mutating func literal(_ input: inout Input, prefix: Int) throws(HTTP2Error) -> Int {
        scratch.removeAll(keepingCapacity: true)
        let index = try input.integer(prefix: prefix)
        if index == 0 {
            try input.string(to: &scratch)
        } else {
            guard let known = table.field(at: index) else { throw Self.unknownIndex() }
            scratch.append(contentsOf: known.name)
        }
        let nameLength = scratch.count
        try input.string(to: &scratch)
        return nameLength
    }

    // MARK: The table

    private mutating func resize(to capacity: Int) throws(HTTP2Error) {
        guard capacity <= DynamicTable.defaultCapacity else { throw Self.error("A table size above the limit", "6.3") }
        table.resize(to: capacity)
    }

    /// The rest of a block.
    private struct Input {
        let bytes: UnsafeRawBufferPointer
        var offset = 0

        init(bytes: UnsafeRawBufferPointer) {
            self.bytes = bytes
        }

        var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

        @inline(__always)
        mutating func byte() throws(HTTP2Error) -> UInt8 {
            guard let byte = peek else { throw FieldSectionDecoder.error("A truncated field block", "5") }
            offset += 1
            return byte
        }

        /// Takes an index that is in the byte at hand.
        @inline(__always)
        mutating func shortIndex(_ byte: UInt8) -> Int {
            offset &+= 1
            return Int(byte & 0x7F)
        }

        /// Reads an integer whose first byte holds `prefix` bits of it (RFC 7541 section 5.1).
        @inline(__always)
        mutating func integer(prefix: Int) throws(HTTP2Error) -> Int {
            let mask = 1 << prefix - 1
            let value = Int(try byte()) & mask
            return value == mask ? try longInteger(mask) : value
        }

        private mutating func longInteger(_ start: Int) throws(HTTP2Error) -> Int {
            var value = start
            var shift = 0
            while true {
                let next = Int(try byte())
                guard shift <= 21 else { throw FieldSectionDecoder.error("An integer that is too large", "5.1") }
                value += (next & 0x7F) << shift
                shift += 7
                if next & 0x80 == 0 { return value }
            }
        }

        /// Reads a string and appends it to `text` (RFC 7541 section 5.2).
        mutating func string(to text: inout [UInt8]) throws(HTTP2Error) {
            let isCoded = (peek ?? 0) & 0x80 != 0
            let length = try integer(prefix: 7)
            guard length <= bytes.count - offset else {
                throw FieldSectionDecoder.error("A string longer than its field block", "5.2")
            }
            let raw = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
            offset += length
            if !isCoded {
                text.append(contentsOf: raw)
            } else if !HuffmanCode.shared.decode(raw, to: &text) {
                throw FieldSectionDecoder.error("A string with invalid Huffman coding", "5.2")
            }
        }
    }
}

/// A field of a section, valid while it is being passed on.
struct DecodedField {
    /// The bytes of the name, and behind them those of the value.
    let bytes: UnsafeRawBufferPointer
    let nameLength: Int
    let traits: FieldTraits

    @inline(__always)
    var name: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[..<nameLength]) }

    @inline(__always)
    var value: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[nameLength...]) }

    @inline(__always)
    var valueLength: Int { bytes.count - nameLength }
}
