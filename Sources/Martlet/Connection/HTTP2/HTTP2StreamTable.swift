/// The streams of an HTTP/2 connection that are open or half-closed, in the order of their numbers. A plain value.
///
/// Streams are opened in that order (RFC 9113 section 5.1.1), and mostly looked up while they are new: so this costs less
/// than a dictionary, for which each number would be hashed.
struct HTTP2StreamTable<Stream: HTTP2Stream> {
    private var entries: [(number: UInt32, stream: Stream)] = []

    var isEmpty: Bool { entries.isEmpty }

    var count: Int { entries.count }

    /// The streams, in the order of their numbers.
    var values: [Stream] { entries.map(\.stream) }

    /// The stream with that number.
    subscript(number: UInt32) -> Stream? {
        index(of: number).map { entries[$0].stream }
    }

    /// Adds a stream, in place of the one with the same number if there is one.
    mutating func insert(_ stream: Stream) {
        let number = stream.number
        let place = firstIndex(from: number)
        if place == entries.count {
            entries.append((number, stream))
        } else if entries[place].number == number {
            entries[place].stream = stream
        } else {
            entries.insert((number, stream), at: place)
        }
    }

    /// Removes the stream with that number; false when there is none.
    mutating func remove(_ number: UInt32) -> Bool {
        guard let place = index(of: number) else { return false }
        if place == entries.count - 1 {
            entries.removeLast()
        } else {
            entries.remove(at: place)
        }
        return true
    }

    /// Removes all streams, and returns them.
    mutating func removeAll() -> [Stream] {
        defer { entries = [] }
        return values
    }

    @inline(__always)
    private func index(of number: UInt32) -> Int? {
        let place = firstIndex(from: number)
        return place < entries.count && entries[place].number == number ? place : nil
    }

    /// The place of the first stream with that number or a higher one.
    @inline(__always)
    private func firstIndex(from number: UInt32) -> Int {
        guard let last = entries.last, last.number >= number else { return entries.count }
        return last.number == number ? entries.count - 1 : search(number)
    }

    private func search(_ number: UInt32) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
