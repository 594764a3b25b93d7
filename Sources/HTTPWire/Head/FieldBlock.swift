public import HTTPTypes
import NIOCore

/// The fields of a message as they were received: the bytes, and a table of where names and values stand in them.
///
/// Names and values become Strings on demand only. A value that is valid UTF-8 is read as such, any other as ISO
/// 8859-1, so that no byte is lost. Values have no white space around them.
public struct FieldBlock: Sendable {
    /// The head's bytes, from its first to its last.
    private let bytes: ByteBuffer
    private let table: FieldTable

    /// How much memory a head may keep beyond its own size: small reads are not copied, while a long exchange does not
    /// retain the large read that its head arrived in.
    static let slack = 32_768

    /// Creates an empty block.
    public init() {
        bytes = ByteBuffer()
        table = FieldTable()
    }

    /// A block of fields within `bytes`; each slot lies within the readable bytes.
    init(bytes: ByteBuffer, table: FieldTable) {
        self.bytes = bytes
        self.table = table
    }

    /// The number of field lines.
    public var count: Int { table.count }

    /// Whether there are no field lines.
    public var isEmpty: Bool { table.count == 0 }

    /// The value of the first field of that name; names are compared without regard to case.
    public func value(_ name: HTTPField.Name) -> String? {
        withFirstValueBytes(of: name, Self.string(of:))
    }

    /// The values of all fields of that name, in order.
    public func values(_ name: HTTPField.Name) -> [String] {
        var values: [String] = []
        forEachValue(of: name) { values.append(Self.string(of: $0)) }
        return values
    }

    /// Whether there is a field of that name.
    public func contains(_ name: HTTPField.Name) -> Bool {
        withFirstValueBytes(of: name) { _ in true } ?? false
    }

    /// Calls `body` with the bytes of the first field of that name, which must not be used after it returns. Returns
    /// `nil` if there is no such field.
    public func withFirstValueBytes<Result>(
        of name: HTTPField.Name,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result? {
        var name = name.canonicalName
        return name.withUTF8 { name in
            bytes.withUnsafeReadableBytes { bytes in
                table.first { slot in
                    guard Self.matches(slot, name, in: bytes) else { return nil }
                    return body(UnsafeRawBufferPointer(rebasing: bytes[slot.value]))
                }
            }
        }
    }

    /// Calls `body` with the bytes of every value of that name, in order; they must not be used after it returns.
    public func forEachValue(of name: HTTPField.Name, _ body: (UnsafeRawBufferPointer) -> Void) {
        var name = name.canonicalName
        name.withUTF8 { name in
            bytes.withUnsafeReadableBytes { bytes in
                table.forEach { slot in
                    guard Self.matches(slot, name, in: bytes) else { return }
                    body(UnsafeRawBufferPointer(rebasing: bytes[slot.value]))
                }
            }
        }
    }

    /// Calls `body` with the bytes of the name and of the value of each field in order; they must not be used after it
    /// returns.
    public func forEach(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeReadableBytes { bytes in
            table.forEach { slot in
                body(
                    UnsafeRawBufferPointer(rebasing: bytes[slot.name]),
                    UnsafeRawBufferPointer(rebasing: bytes[slot.value])
                )
            }
        }
    }

    /// Calls `body` with a range of the head's bytes.
    func withBytes<Result, Failure: Error>(
        from start: UInt32,
        length: UInt32,
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withUnsafeReadableBytes { (bytes) throws(Failure) -> Result in
            try body(UnsafeRawBufferPointer(rebasing: bytes[Int(start)..<Int(start) + Int(length)]))
        }
    }

    /// Whether a slot has the given name, which is in lower case.
    @inline(__always)
    private static func matches(
        _ slot: FieldSlot,
        _ name: UnsafeBufferPointer<UInt8>,
        in bytes: UnsafeRawBufferPointer
    ) -> Bool {
        guard Int(slot.nameLength) == name.count else { return false }
        var offset = Int(slot.nameStart)
        for expected in name {
            let byte = bytes[offset]
            if byte.asciiLowercased != expected { return false }
            offset &+= 1
        }
        return true
    }

    /// The text of a value: UTF-8 if it is valid, ISO 8859-1 if not.
    static func string(of bytes: UnsafeRawBufferPointer) -> String {
        if let string = utf8String(of: bytes) { return string }
        var string = ""
        string.unicodeScalars.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
        return string
    }

    /// The text of bytes that are valid UTF-8, `nil` if they are not.
    static func utf8String(of bytes: UnsafeRawBufferPointer) -> String? {
        // Nearly all are ASCII, for which this is several times as fast as `String(validating:as:)`.
        guard ByteScanner.isASCII(bytes) else { return String(validating: bytes, as: UTF8.self) }
        return String(unsafeUninitializedCapacity: bytes.count) { text in
            UnsafeMutableRawBufferPointer(text).copyMemory(from: bytes)
            return bytes.count
        }
    }
}
