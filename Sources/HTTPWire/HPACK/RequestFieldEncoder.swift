public import HTTPTypes
public import NIOCore

/// Compresses the field blocks of the requests that one HTTP/2 connection sends (RFC 7541).
///
/// Only fields that requests are likely to repeat enter the server's dynamic table; those that differ from request to
/// request would only evict the rest. Secrets are kept out of every table on the way (RFC 7541 section 7.1.3).
public struct RequestFieldEncoder: Sendable {
    private var table = DynamicTable()
    private var updates = TableSizeUpdates()

    /// Creates an encoder for a new connection.
    public init() {}

    /// Applies the server's SETTINGS_HEADER_TABLE_SIZE.
    public mutating func limitTable(to size: Int) {
        if updates.limit(to: size) { table.resize(to: updates.capacity) }
    }

    /// Writes the table size updates that a block must begin with (RFC 7541 section 4.2).
    public mutating func begin(_ block: inout ByteBuffer) {
        updates.write(to: &block)
    }

    /// Writes the pseudo-header fields of a request (RFC 9113 section 8.3.1).
    public mutating func write(
        method: HTTPRequest.Method,
        isSecure: Bool,
        authority: String,
        path: String,
        to block: inout ByteBuffer
    ) {
        write(":method", method.rawValue, .remembered, to: &block)
        // Static indices 6 and 7.
        block.writeInteger((isSecure ? 0x87 : 0x86) as UInt8)
        write(":authority", authority, .remembered, to: &block)
        write(":path", path, .plain, to: &block)
    }

    /// Writes one field.
    public mutating func write(_ field: HTTPField, to block: inout ByteBuffer) {
        let name = field.name.canonicalName
        field.withUnsafeBytesOfValue { value in
            write(
                name,
                UnsafeRawBufferPointer(value),
                Self.memory(field.indexingStrategy, name, value.count),
                to: &block
            )
        }
    }

    /// Writes a trailer field, which is likely to depend on the content and so is not indexed.
    public mutating func write(trailer field: HTTPField, to block: inout ByteBuffer) {
        block.writeHPACKField(field, .plain)
    }

    /// Writes Content-Length.
    public mutating func write(contentLength: Int, to block: inout ByteBuffer) {
        write("content-length", "\(contentLength)", .plain, to: &block)
    }

    private mutating func write(_ name: String, _ value: String, _ memory: HPACKMemory, to block: inout ByteBuffer) {
        var value = value
        value.withUTF8 { write(name, UnsafeRawBufferPointer($0), memory, to: &block) }
    }

    private mutating func write(
        _ name: String,
        _ value: UnsafeRawBufferPointer,
        _ memory: HPACKMemory,
        to block: inout ByteBuffer
    ) {
        var text = name
        text.withUTF8 { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            let known = StaticTable.indices[name]
            if memory != .never, let known, let index = StaticTable.index(of: bytes, value, from: known) {
                block.writeHPACKInteger(index, prefix: 7, first: 0x80)
                return
            }
            let found = table.find(bytes, value)
            if memory != .never, let index = found.field {
                block.writeHPACKInteger(index, prefix: 7, first: 0x80)
                return
            }
            // A field that leaves hardly any room for others is not worth indexing.
            let isSmall = bytes.count + value.count + 32 <= updates.capacity / 2
            let isRemembered = memory == .remembered && isSmall
            block.writeHPACKField(
                bytes,
                value,
                nameIndex: known ?? found.name ?? 0,
                memory == .remembered && !isSmall ? .plain : memory
            )
            if isRemembered {
                table.insert(FieldTableEntry(bytes: Array(bytes) + Array(value), nameLength: bytes.count))
            }
        }
    }

    /// How to encode a field: by its own indexing strategy if it has one, otherwise by its name.
    private static func memory(
        _ strategy: HTTPField.DynamicTableIndexingStrategy,
        _ name: String,
        _ valueLength: Int
    ) -> HPACKMemory {
        switch strategy {
        case .prefer: .remembered
        case .avoid: .plain
        case .disallow: .never
        default: memory(name, valueLength)
        }
    }

    private static func memory(_ name: String, _ valueLength: Int) -> HPACKMemory {
        switch name {
        case "age", "content-range", "etag", "if-modified-since", "if-none-match", "if-range", "last-modified",
            "location", "range":
            .plain
        case "authorization", "proxy-authorization", "set-cookie":
            .never
        // Long cookies can't be guessed piece by piece (RFC 7541 section 7.1.3), and are the same in every request.
        case "cookie":
            valueLength < 20 ? .never : .remembered
        default:
            .remembered
        }
    }
}
