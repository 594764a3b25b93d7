/// A map from literal segments to numbers, looked up by the bytes of a path without allocating.
///
/// An open hash table. Its keys are those of the program, so clients can't make it degenerate.
struct SegmentTable: Sendable {
    private struct Entry {
        let start: Int
        let count: Int
        let value: Int
    }

    /// The segments, one after the other.
    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// Numbers of entries, counted from 1; 0 where there is none. At least half of them are 0.
    private var slots: [Int32] = []

    /// All values.
    var values: [Int] { entries.map(\.value) }

    /// The value of a segment.
    func value(of segment: Span<UInt8>) -> Int? {
        guard !slots.isEmpty else { return nil }
        var slot = Self.hash(segment) & (slots.count - 1)
        while slots[slot] > 0 {
            let entry = entries[Int(slots[slot]) - 1]
            if entry.count == segment.count, matches(segment, from: entry.start) { return entry.value }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Adds a segment that is not there yet.
    mutating func add(_ segment: [UInt8], _ value: Int) {
        entries.append(Entry(start: bytes.count, count: segment.count, value: value))
        bytes += segment
        if entries.count * 2 > slots.count {
            slots = Array(repeating: 0, count: max(4, slots.count * 2))
            for number in 1...entries.count { place(number) }
        } else {
            place(entries.count)
        }
    }

    /// Puts the number of an entry into the first free slot from its hash on.
    private mutating func place(_ number: Int) {
        let entry = entries[number - 1]
        var slot = Self.hash(bytes.span.extracting(entry.start..<entry.start + entry.count)) & (slots.count - 1)
        while slots[slot] > 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = Int32(number)
    }

    private func matches(_ segment: Span<UInt8>, from start: Int) -> Bool {
        for index in segment.indices where segment[index] != bytes[start + index] { return false }
        return true
    }

    /// FNV-1a, its upper half folded into the lower one, of which the slot is made.
    private static func hash(_ segment: Span<UInt8>) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in segment.indices { hash = (hash ^ UInt64(segment[index])) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: (hash ^ hash >> 32) & 0xFFFF_FFFF)
    }
}
