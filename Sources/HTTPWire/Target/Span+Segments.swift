extension Span<UInt8> {
    /// The segments of this path, which is empty or begins with a slash, percent-decoded.
    func decodedSegments() throws(PercentEncoding.DecodingError) -> [String] {
        guard count > 1 else { return [] }
        var segments: [String] = []
        var start = 1
        while start <= count {
            var end = start
            while end < count, self[end] != 0x2F { end += 1 }
            segments.append(try PercentEncoding.decode(extracting(start..<end), plusIsSpace: false))
            start = end + 1
        }
        return segments
    }
}
