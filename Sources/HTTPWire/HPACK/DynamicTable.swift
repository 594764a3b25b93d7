import NIOCore

/// HPACK's dynamic table (RFC 7541 section 2.3.2): the fields that one end of an HTTP/2 connection has made the other
/// remember. Both ends keep a copy.
struct DynamicTable: Sendable {
    /// The table's maximum size in bytes, unless both ends agree on another one.
    static let defaultCapacity = 4_096

    private var entries = CircularBuffer<FieldTableEntry>()
    private var size = 0
    private(set) var capacity = DynamicTable.defaultCapacity

    /// The entry at an index into the static table followed by this one (RFC 7541 section 2.3.3).
    subscript(index: Int) -> FieldTableEntry? {
        let known = StaticTable.entries
        if index >= 1, index <= known.count { return known[index - 1] }
        let place = index - known.count - 1
        guard place >= 0, place < entries.count else { return nil }
        return entries[offset: place]
    }

    /// Adds a field. A field larger than the table empties it, which is not an error (RFC 7541 section 4.4).
    mutating func insert(_ entry: FieldTableEntry) {
        size += entry.size
        entries.prepend(entry)
        evict()
    }

    /// Changes the table's maximum size in bytes.
    mutating func resize(to capacity: Int) {
        self.capacity = capacity
        evict()
    }

    private mutating func evict() {
        while size > capacity, let last = entries.popLast() {
            size -= last.size
        }
    }

    /// The index of a field, and the first index of any field with its name; nil if there is none.
    func find(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> (field: Int?, name: Int?) {
        var nameIndex: Int?
        var index = StaticTable.entries.count
        for entry in entries {
            index += 1
            guard entry.hasName(name) else { continue }
            if entry.hasValue(value) { return (index, index) }
            if nameIndex == nil { nameIndex = index }
        }
        return (nil, nameIndex)
    }
}

extension FieldTableEntry {
    func hasName(_ name: UnsafeRawBufferPointer) -> Bool {
        guard nameLength == name.count else { return false }
        return bytes.withUnsafeBytes { ByteScanner.areEqual(UnsafeRawBufferPointer(rebasing: $0[..<nameLength]), name) }
    }

    func hasValue(_ value: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count - nameLength == value.count else { return false }
        return bytes.withUnsafeBytes {
            ByteScanner.areEqual(UnsafeRawBufferPointer(rebasing: $0[nameLength...]), value)
        }
    }
}
