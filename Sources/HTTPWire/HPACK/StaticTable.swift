/// HPACK's static table: the fields that every HTTP/2 endpoint knows by index (RFC 7541 appendix A).
enum StaticTable {
    /// The entries, of which the first has the index 1.
    static let entries: [FieldTableEntry] = list.map { FieldTableEntry(name: Array($0.utf8), value: Array($1.utf8)) }

    /// The entries in one piece of memory.
    static let memory = Memory(entries)

    /// The names and values of all entries, one behind the other. They are never released.
    struct Memory: @unchecked Sendable {
        // Sendable because nothing is written after the initializer.

        private let bytes: UnsafeRawBufferPointer
        private let places: UnsafeBufferPointer<FieldPlace>

        fileprivate init(_ entries: [FieldTableEntry]) {
            let bytes = entries.flatMap(\.bytes)
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
            memory.copyBytes(from: bytes)
            let places = UnsafeMutableBufferPointer<FieldPlace>.allocate(capacity: entries.count)
            var start = 0
            for (index, entry) in entries.enumerated() {
                places.initializeElement(at: index, to: FieldPlace(entry, start: start))
                start += entry.bytes.count
            }
            self.bytes = UnsafeRawBufferPointer(memory)
            self.places = UnsafeBufferPointer(places)
        }

        /// How many entries there are.
        var count: Int { places.count }

        /// The field whose index is one higher.
        @inline(__always)
        func field(_ index: Int) -> DecodedField {
            let place = places[index]
            return place.field(UnsafeRawBufferPointer(rebasing: bytes[place.range]))
        }
    }

    /// The first index of each name.
    static let indices: [String: Int] = Dictionary(
        list.enumerated().map { ($1.0, $0 + 1) },
        uniquingKeysWith: { first, _ in first }
    )

    /// The index of a field, given the first index of its name.
    static func index(of name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, from first: Int) -> Int? {
        var index = first
        while index <= entries.count, entries[index - 1].hasName(name) {
            if entries[index - 1].hasValue(value) { return index }
            index += 1
        }
        return nil
    }

    private static let list: [(String, String)] = [
        (":authority", ""),
        (":method", "GET"),
        (":method", "POST"),
        (":path", "/"),
        (":path", "/index.html"),
        (":scheme", "http"),
        (":scheme", "https"),
        (":status", "200"),
        (":status", "204"),
        (":status", "206"),
        (":status", "304"),
        (":status", "400"),
        (":status", "404"),
        (":status", "500"),
        ("accept-charset", ""),
        ("accept-encoding", "gzip, deflate"),
        ("accept-language", ""),
        ("accept-ranges", ""),
        ("accept", ""),
        ("access-control-allow-origin", ""),
        ("age", ""),
        ("allow", ""),
        ("authorization", ""),
        ("cache-control", ""),
        ("content-disposition", ""),
        ("content-encoding", ""),
        ("content-language", ""),
        ("content-length", ""),
        ("content-location", ""),
        ("content-range", ""),
        ("content-type", ""),
        ("cookie", ""),
        ("date", ""),
        ("etag", ""),
        ("expect", ""),
        ("expires", ""),
        ("from", ""),
        ("host", ""),
        ("if-match", ""),
        ("if-modified-since", ""),
        ("if-none-match", ""),
        ("if-range", ""),
        ("if-unmodified-since", ""),
        ("last-modified", ""),
        ("link", ""),
        ("location", ""),
        ("max-forwards", ""),
        ("proxy-authenticate", ""),
        ("proxy-authorization", ""),
        ("range", ""),
        ("referer", ""),
        ("refresh", ""),
        ("retry-after", ""),
        ("server", ""),
        ("set-cookie", ""),
        ("strict-transport-security", ""),
        ("transfer-encoding", ""),
        ("user-agent", ""),
        ("vary", ""),
        ("via", ""),
        ("www-authenticate", ""),
    ]
}

/// A field in the static or the dynamic table.
struct FieldTableEntry: Sendable {
    /// The name, then the value.
    let bytes: [UInt8]
    let nameLength: Int
    let traits: FieldTraits

    init(name: [UInt8], value: [UInt8]) {
        self.init(bytes: name + value, nameLength: name.count)
    }

    init(bytes: [UInt8], nameLength: Int) {
        self.init(
            bytes: bytes,
            nameLength: nameLength,
            bytes.withUnsafeBytes { FieldTraits($0, nameLength: nameLength) }
        )
    }

    init(bytes: [UInt8], nameLength: Int, _ traits: FieldTraits) {
        self.bytes = bytes
        self.nameLength = nameLength
        self.traits = traits
    }

    /// Its size in a table (RFC 7541 section 4.1).
    var size: Int { bytes.count + 32 }
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
