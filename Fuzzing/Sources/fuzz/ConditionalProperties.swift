import HTTPWire

/// What has to hold for the way to a file, and the fields of conditional and range requests.
enum ConditionalProperties {
    static func checkRange(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let range = ContentRange(text) {
            expectEqual(ContentRange(range.description), range, "written and read again")
        }
        guard let set = ByteRangeSet(text) else { return }
        expectEqual(ByteRangeSet(set.description), set, "written and read again")
        for length in [0, 1, 2, 100, 10_000, .max] {
            guard case .partial(let ranges) = set.resolve(length: length) else { continue }
            if ranges.isEmpty { fatalError("no part") }
            var last = 0
            for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
                if range.isEmpty || range.lowerBound < last || range.upperBound > length { fatalError("\(ranges)") }
                last = range.upperBound
            }
        }
    }

    static func checkPath(_ bytes: [UInt8]) {
        guard let path = try? RelativePath(String(decoding: bytes, as: UTF8.self)) else { return }
        expectEqual(try? RelativePath(path.encoded), path, "written and read again")
        for name in path.names
        where name.isEmpty || name == [0x2E] || name == [0x2E, 0x2E] || name.contains(0x2F) || name.contains(0) {
            fatalError("leads elsewhere: \(name)")
        }
    }

    static func checkTag(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let tag = EntityTag(text) {
            expectEqual(EntityTag(tag.description), tag, "written and read again")
        }
        if case .tags(let tags) = EntityTagList(fieldValues: [text]) {
            let written = tags.map(\.description).joined(separator: ", ")
            expectEqual(EntityTagList(fieldValues: [written]), .tags(tags), "written and read again")
        }
        if case .tag(let tag)? = IfRange(text) { expectEqual(EntityTag(text), tag, "If-Range") }
    }
}
