import HTTPWire
import Testing

@Suite("Ranges of bytes (RFC 9110 section 14)")
struct ByteRangeSetTests {
    @Test(
        "are read (section 14.1.2)",
        arguments: [
            ("bytes=0-499", [.range(first: 0, last: 499)]),
            ("bytes=500-", [.range(first: 500, last: nil)]),
            ("bytes=-500", [.suffix(length: 500)]),
            ("bytes=0-0,-1", [.range(first: 0, last: 0), .suffix(length: 1)]),
            (
                "bytes= 0-999, 4500-5499, -1000",
                [.range(first: 0, last: 999), .range(first: 4500, last: 5499), .suffix(length: 1000)]
            ),
            ("BYTES=1-2", [.range(first: 1, last: 2)]),
            ("bytes=,1-2 ,,\t3-", [.range(first: 1, last: 2), .range(first: 3, last: nil)]),
            ("bytes=-0", [.suffix(length: 0)]),
            ("bytes=007-08", [.range(first: 7, last: 8)]),
            ("bytes=0-99999999999999999999", [.range(first: 0, last: .max)]),
            ("bytes=99999999999999999999-", [.range(first: .max, last: nil)]),
            ("bytes=-99999999999999999999", [.suffix(length: .max)]),
        ] as [(String, [ByteRangeSet.Specifier])]
    )
    func wellFormed(text: String, specifiers: [ByteRangeSet.Specifier]) throws {
        let set = try #require(ByteRangeSet(text))
        #expect(set.specifiers == specifiers)
        #expect(ByteRangeSet(set.description) == set)
    }

    @Test(
        "are ignored when they cannot be understood (section 14.2)",
        arguments: [
            "", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=a-b", "bytes=1", "bytes=2-1", "bytes=1-2-3",
            "bytes=1 -2",
            "bytes=1- 2", "bytes 1-2", "bytes =1-2", "items=1-2", "bytes=+1-2", "bytes=1-+2", "bytes=--1",
            "bytes=0x1-2",
            "bytes=0-1;a", "bytes=0-1, x", "bytes=0-1 2-3", "bytes=²-3", " bytes=1-2",
        ]
    )
    func malformed(text: String) {
        #expect(ByteRangeSet(text) == nil)
    }

    @Test(
        "are found in a representation of 10000 bytes",
        arguments: [
            ("bytes=0-499", [0..<500]), ("bytes=500-999", [500..<1000]), ("bytes=-500", [9500..<10000]),
            ("bytes=9500-", [9500..<10000]), ("bytes=0-0,-1", [0..<1, 9999..<10000]), ("bytes=9999-", [9999..<10000]),
            // The end is clamped, also one that fits into no number.
            ("bytes=9000-20000", [9000..<10000]), ("bytes=0-99999999999999999999", [0..<10000]),
            ("bytes=-20000", [0..<10000]), ("bytes=-99999999999999999999", [0..<10000]), ("bytes=0-", [0..<10000]),
            // What does not exist is left out.
            ("bytes=10000-,5-6", [5..<7]), ("bytes=-0,5-6", [5..<7]), ("bytes=99999999999999999999-,0-0", [0..<1]),
            // The order is the client's.
            ("bytes=5000-5001,0-1", [5000..<5002, 0..<2]),
            // Overlapping, adjacent and nearly adjacent parts become one, where the first of them was asked for.
            ("bytes=500-700,601-999", [500..<1000]), ("bytes=500-600,601-999", [500..<1000]),
            ("bytes=0-9,89-99", [0..<100]), ("bytes=0-9,90-99", [0..<100]), ("bytes=0-9,91-99", [0..<10, 91..<100]),
            ("bytes=9000-,0-1,8000-9500", [8000..<10000, 0..<2]), ("bytes=0-,0-,0-,-1", [0..<10000]),
            ("bytes=0-9999,5-6", [0..<10000]),
        ] as [(String, [Range<Int>])]
    )
    func partial(text: String, ranges: [Range<Int>]) throws {
        #expect(try #require(ByteRangeSet(text)).resolve(length: 10000) == .partial(ranges))
    }

    @Test("cannot be satisfied where nothing is", arguments: ["bytes=10000-", "bytes=-0", "bytes=10000-10001,20000-"])
    func unsatisfiable(text: String) throws {
        #expect(try #require(ByteRangeSet(text)).resolve(length: 10000) == .unsatisfiable)
    }

    @Test("are ignored where there are no bytes at all", arguments: ["bytes=0-", "bytes=-5", "bytes=0-0"])
    func empty(text: String) throws {
        #expect(try #require(ByteRangeSet(text)).resolve(length: 0) == .whole)
    }

    @Test("are limited in number (section 17.15)")
    func tooMany() throws {
        let text = "bytes=" + (0..<51).map { "\($0 * 1000)-\($0 * 1000)" }.joined(separator: ",")
        let set = try #require(ByteRangeSet(text))
        #expect(set.resolve(length: 1_000_000) == .whole)
        #expect(
            set.resolve(length: 1_000_000, maximumCount: 51) == .partial((0..<51).map { $0 * 1000..<$0 * 1000 + 1 })
        )
    }

    @Test("are not made of nonsense")
    func specifiers() {
        #expect(ByteRangeSet([ByteRangeSet.Specifier]()) == nil)
        #expect(ByteRangeSet([.range(first: 2, last: 1)]) == nil)
        #expect(ByteRangeSet([.range(first: -1, last: nil)]) == nil)
        #expect(ByteRangeSet([.suffix(length: -1)]) == nil)
        #expect(ByteRangeSet([.range(first: 1, last: 1)])?.description == "bytes=1-1")
    }
}

@Suite("Content-Range (RFC 9110 section 14.4)")
struct ContentRangeTests {
    @Test(
        "is read as it is written",
        arguments: [
            ("bytes 42-1233/1234", 42..<1234, 1234), ("bytes 42-1233/*", 42..<1234, nil), ("bytes */1234", nil, 1234),
            ("bytes 0-0/1", 0..<1, 1),
        ] as [(String, Range<Int>?, Int?)]
    )
    func wellFormed(text: String, range: Range<Int>?, length: Int?) throws {
        let value = try #require(ContentRange(text))
        #expect(value.range == range)
        #expect(value.length == length)
        #expect(value.description == text)
    }

    @Test(
        "is ignored when it makes no sense",
        arguments: [
            "", "bytes", "bytes 0-1", "bytes 2-1/3", "bytes 0-3/3", "bytes */*", "bytes 0-1/", "bytes -1/2",
            "bytes 0-/2",
            "items 0-1/2", "bytes=0-1/2", "bytes 0-1/2 ", "bytes 0-9223372036854775807/*", "bytes a-b/c",
        ]
    )
    func malformed(text: String) {
        #expect(ContentRange(text) == nil)
    }
}
