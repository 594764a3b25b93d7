import NIOCore

/// The fields that one end of an HTTP/2 connection has made the other remember (RFC 7541 section 2.3.2), as both ends
/// keep them.
struct DynamicTable: Sendable {
    /// How many bytes the table may take, unless both ends agree on something else.
    static let defaultCapacity = 4_096

    private var entries = CircularBuffer<FieldTableEntry>()
    private var size = 0
    private(set) var capacity = DynamicTable.defaultCapacity

    /// The entry of an index that counts through the static table and this one (RFC 7541 section 2.3.3).
    subscript(index: Int) -> FieldTableEntry? {
        let known = StaticTable.entries
        if index >= 1, index <= known.count { return known[index - 1] }
        let place = index - known.count - 1
        guard place >= 0, place < entries.count else { return nil }
        return entries[offset: place]
    }

    /// Adds a field. One that is larger than the table empties it, which is no error (RFC 7541 section 4.4).
    mutating func insert(_ entry: FieldTableEntry) {
        size += entry.size
        entries.prepend(entry)
        evict()
    }

    /// Changes how many bytes the table may take.
    mutating func resize(to capacity: Int) {
        self.capacity = capacity
        evict()
    }

    private mutating func evict() {
        while size > capacity, let last = entries.popLast() {
            size -= last.size
        }
    }

    /// The index of a field, and that of any other with its name; nil when there is none.
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
