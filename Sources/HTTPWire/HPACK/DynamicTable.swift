/// HPACK's dynamic table (RFC 7541 section 2.3.2): the fields that one end of an HTTP/2 connection has made the other
/// remember. Both ends keep a copy.
///
/// The names and values of all entries lie in one piece of memory, one entry behind the other: looking one up counts no
/// references, and adding one allocates nothing for it alone.
struct DynamicTable: Sendable {
    /// The table's maximum size in bytes, unless both ends agree on another one.
    static let defaultCapacity = 4_096

    private let known = StaticTable.memory
    /// The names and values, those of the oldest entry first. Behind removed entries, until those are moved out.
    private var memory = FieldMemory()
    /// Where they are, in the same order.
    private var places: [FieldPlace] = []
    /// How many of the places belong to entries that have been removed.
    private var removed = 0
    private var size = 0
    private(set) var capacity = DynamicTable.defaultCapacity

    /// How many entries there are.
    var count: Int { places.count - removed }

    /// The field at an index into the static table followed by this one (RFC 7541 section 2.3.3), valid until the table is
    /// changed. Nil when there is none.
    @inline(__always)
    func field(at index: Int) -> DecodedField? {
        if index >= 1, index <= known.count { return known.field(index &- 1) }
        // The entry that was added last has the lowest index.
        let place = places.count &- (index &- known.count)
        guard place >= removed, place < places.count else { return nil }
        return field(places[place])
    }

    @inline(__always)
    private func field(_ place: FieldPlace) -> DecodedField { place.field(memory.place(of: place.range)) }

    /// Adds a field. A field larger than the table empties it, which is not an error (RFC 7541 section 4.4).
    mutating func insert(_ entry: FieldTableEntry) {
        evict(to: capacity - entry.size)
        guard entry.size <= capacity else { return }
        if memory.count + entry.bytes.count > Self.defaultCapacity * 2 || removed > 64 { moveToFront() }
        places.append(FieldPlace(entry, start: memory.count))
        memory.makeUnique()
        entry.bytes.withUnsafeBytes { memory.append($0) }
        size += entry.size
    }

    /// Changes the table's maximum size in bytes.
    mutating func resize(to capacity: Int) {
        self.capacity = capacity
        evict(to: capacity)
    }

    /// Removes the oldest entries until the others take no more than `limit`.
    private mutating func evict(to limit: Int) {
        while size > limit, removed < places.count {
            size -= places[removed].length + 32
            removed += 1
        }
    }

    /// Releases the memory of removed entries.
    private mutating func moveToFront() {
        let start = removed < places.count ? places[removed].start : memory.count
        places.removeFirst(removed)
        removed = 0
        memory.removeFirst(start)
        for index in places.indices { places[index].start -= start }
    }

    /// The index of a field, and the first index of any field with its name; nil if there is none.
    func find(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> (field: Int?, name: Int?) {
        var nameIndex: Int?
        var index = known.count
        for place in places.dropFirst(removed).reversed() {
            index += 1
            let field = field(place)
            guard ByteScanner.areEqual(field.name, name) else { continue }
            if ByteScanner.areEqual(field.value, value) { return (index, index) }
            if nameIndex == nil { nameIndex = index }
        }
        return (nil, nameIndex)
    }
}

/// Where the name and the value of a table's entry lie in its memory.
struct FieldPlace: Sendable {
    fileprivate(set) var start: Int
    let length: Int
    private let nameLength: Int
    private let traits: FieldTraits

    init(_ entry: FieldTableEntry, start: Int) {
        self.start = start
        self.length = entry.bytes.count
        self.nameLength = entry.nameLength
        self.traits = entry.traits
    }

    @inline(__always)
    var range: Range<Int> { start..<start &+ length }

    /// The field, of the bytes in this place.
    @inline(__always)
    func field(_ bytes: UnsafeRawBufferPointer) -> DecodedField {
        DecodedField(bytes: bytes, nameLength: nameLength, traits: traits)
    }
}
