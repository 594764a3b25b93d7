public import HTTPTypes
public import NIOCore

/// Compresses the field blocks that one HTTP/2 connection sends (RFC 7541).
///
/// Only the fields that all responses have in common enter the peer's dynamic table: so their indices are known without
/// a lookup, and no secret of one response can be guessed from the size of another.
public struct FieldSectionEncoder: Sendable {
    /// Fields that many field sections have in common, encoded in advance.
    public final class CommonFields: Sendable {
        /// The fields.
        public let fields: HTTPFields
        /// The fields as literals with incremental indexing.
        fileprivate let remembering: ByteBuffer
        /// The fields as literals without indexing.
        fileprivate let plain: ByteBuffer
        /// Their indices, once the peer remembers them. Empty where those take more than one byte each.
        fileprivate let indices: ByteBuffer
        /// Their size in the peer's dynamic table.
        fileprivate let size: Int

        /// Encodes `fields`.
        public init(_ fields: HTTPFields) {
            self.fields = fields
            var (remembering, plain, size) = (ByteBuffer(), ByteBuffer(), 0)
            for field in fields {
                remembering.writeHPACKField(field, .remembered)
                plain.writeHPACKField(field, .plain)
                size += field.name.canonicalName.utf8.count + field.withUnsafeBytesOfValue(\.count) + 32
            }
            (self.remembering, self.plain, self.size) = (remembering, plain, size)
            var indices = ByteBuffer()
            let last = FieldSectionEncoder.firstIndex + fields.count - 1
            if last <= FieldSectionEncoder.lastShortIndex {
                // The field that was added last has the lowest index.
                for place in 0..<fields.count { indices.writeInteger(UInt8(0x80 | (last - place))) }
            }
            self.indices = indices
        }
    }

    /// The index that follows those of the static table.
    private static let firstIndex = 62
    /// Indices up to this one take a single byte.
    private static let lastShortIndex = 126

    /// The fields in the peer's dynamic table.
    private var remembered: CommonFields?
    private var updates = TableSizeUpdates()

    /// Creates an encoder for a new connection.
    public init() {}

    /// Applies the peer's SETTINGS_HEADER_TABLE_SIZE.
    public mutating func limitTable(to size: Int) {
        // The peer evicts what does not fit. Clearing its table avoids tracking what that is.
        if updates.limit(to: size) { forget() }
    }

    private mutating func forget() {
        guard remembered != nil else { return }
        remembered = nil
        updates.clear()
    }

    /// Writes the table size updates that a block must begin with (RFC 7541 section 4.2).
    public mutating func begin(_ block: inout ByteBuffer) {
        updates.write(to: &block)
    }

    /// The beginning of a block with `:status` 200 and the common fields, for a peer that remembers them.
    public static func defaultBlock(_ common: CommonFields) -> ByteBuffer {
        var block = ByteBuffer()
        FieldSectionEncoder().write(status: 200, to: &block)
        block.writeImmutableBuffer(common.indices)
        return block
    }

    /// Writes `:status`.
    public func write(status: Int, to block: inout ByteBuffer) {
        switch status {
        case 200: block.writeInteger(0x88 as UInt8)
        case 204: block.writeInteger(0x89 as UInt8)
        case 206: block.writeInteger(0x8A as UInt8)
        case 304: block.writeInteger(0x8B as UInt8)
        case 400: block.writeInteger(0x8C as UInt8)
        case 404: block.writeInteger(0x8D as UInt8)
        case 500: block.writeInteger(0x8E as UInt8)
        default:
            // A literal with the name at index 8 and a value of three digits.
            block.writeMultipleIntegers(0x08 as UInt8, 0x03 as UInt8)
            block.writeDecimal(status)
        }
    }

    /// Writes all fields of `common`. If they are not the ones written before, call ``prepare(_:)`` first.
    public mutating func write(_ common: CommonFields, to block: inout ByteBuffer) {
        if remembered === common {
            block.writeImmutableBuffer(common.indices)
        } else if remembered == nil, canRemember(common) {
            block.writeImmutableBuffer(common.remembering)
            remembered = common
        } else {
            block.writeImmutableBuffer(common.plain)
        }
    }

    /// Makes room for common fields that have changed. Call it before ``begin(_:)``.
    public mutating func prepare(_ common: CommonFields) {
        if let remembered, remembered !== common { forget() }
    }

    /// Whether the peer remembers `common`, and nothing else has to be said to it before.
    public func remembers(_ common: CommonFields) -> Bool { remembered === common && !updates.isPending }

    private func canRemember(_ common: CommonFields) -> Bool {
        common.size <= updates.capacity && Self.firstIndex + common.fields.count - 1 <= Self.lastShortIndex
    }

    /// Writes one field, by its index if it is in the peer's table.
    public func write(_ field: HTTPField, to block: inout ByteBuffer) {
        if let remembered {
            var index = Self.firstIndex + remembered.fields.count
            for known in remembered.fields {
                index -= 1
                if known.name == field.name, known.value == field.value {
                    block.writeInteger(UInt8(0x80 | index))
                    return
                }
            }
        }
        block.writeHPACKField(field, .plain)
    }

    /// Writes Content-Length.
    public func write(contentLength: Int, to block: inout ByteBuffer) {
        block.writeMultipleIntegers(0x0F as UInt8, 0x0D as UInt8, 0x00 as UInt8)
        let start = block.writerIndex
        let count = block.writeDecimal(contentLength)
        // A number of bytes has at most 19 digits.
        block.setInteger(UInt8(truncatingIfNeeded: count), at: start - 1)
    }
}

/// How a recipient treats a field.
enum HPACKMemory {
    case remembered
    case plain
    /// Never indexed, not by proxies either (RFC 7541 section 7.1.3).
    case never
}

extension ByteBuffer {
    /// Writes a field literally, with the index of its name if it has one (RFC 7541 section 6.2).
    mutating func writeHPACKField(_ field: HTTPField, _ memory: HPACKMemory) {
        let name = field.name.canonicalName
        let index = StaticTable.indices[name] ?? 0
        writeHPACKNameIndex(index, memory == .plain && field.name == .setCookie ? .never : memory)
        if index == 0 { name.utf8.span.withUnsafeBytes { writeHPACKText($0) } }
        field.withUnsafeBytesOfValue { value in value.span.withUnsafeBytes { writeHPACKText($0) } }
    }

    /// Writes a field literally.
    ///
    /// - Parameter nameIndex: The index of an entry with that name in either table; 0 if there is none.
    mutating func writeHPACKField(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer,
        nameIndex: Int,
        _ memory: HPACKMemory
    ) {
        writeHPACKNameIndex(nameIndex, memory)
        if nameIndex == 0 { writeHPACKText(name) }
        writeHPACKText(value)
    }

    private mutating func writeHPACKNameIndex(_ index: Int, _ memory: HPACKMemory) {
        switch memory {
        case .remembered: writeHPACKInteger(index, prefix: 6, first: 0x40)
        case .plain: writeHPACKInteger(index, prefix: 4, first: 0x00)
        case .never: writeHPACKInteger(index, prefix: 4, first: 0x10)
        }
    }

    /// Writes a string, Huffman-coded where that makes it shorter (RFC 7541 section 5.2).
    private mutating func writeHPACKText(_ text: UnsafeRawBufferPointer) {
        let code = HuffmanCode.shared
        let count = code.encodedCount(text)
        guard count < text.count else {
            writeHPACKInteger(text.count, prefix: 7, first: 0x00)
            writeBytes(text)
            return
        }
        writeHPACKInteger(count, prefix: 7, first: 0x80)
        writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
            var index = 0
            code.encode(text) { byte in
                space[index] = byte
                index += 1
            }
            return index
        }
    }

    /// Writes an integer in the low `prefix` bits of its first byte, which is otherwise `first`, and in further bytes
    /// (RFC 7541 section 5.1).
    mutating func writeHPACKInteger(_ number: Int, prefix: Int, first: UInt8) {
        let mask = 1 << prefix - 1
        guard number >= mask else {
            writeInteger(first | UInt8(truncatingIfNeeded: number))
            return
        }
        writeInteger(first | UInt8(truncatingIfNeeded: mask))
        var rest = number - mask
        while rest >= 0x80 {
            writeInteger(UInt8(truncatingIfNeeded: rest & 0x7F) | 0x80)
            rest >>= 7
        }
        writeInteger(UInt8(truncatingIfNeeded: rest))
    }
}
