import Testing

@testable import HTTPWire

/// HPACK's dynamic table, behind the static one.
@Suite struct DynamicTableTests {
    private func entry(_ name: String, _ value: String) -> FieldTableEntry {
        FieldTableEntry(name: Array(name.utf8), value: Array(value.utf8))
    }

    private func text(_ table: DynamicTable, _ index: Int) -> String? {
        table.field(at: index).map {
            String(decoding: $0.name, as: UTF8.self) + "=" + String(decoding: $0.value, as: UTF8.self)
        }
    }

    @Test("The static table comes first, then the entries, the last one before the others")
    func indices() {
        var table = DynamicTable()
        table.insert(entry("a", "1"))
        table.insert(entry("b", ""))
        #expect(text(table, 0) == nil)
        #expect(text(table, 1) == ":authority=" && text(table, 2) == ":method=GET")
        #expect(text(table, 61) == "www-authenticate=")
        #expect(text(table, 62) == "b=" && text(table, 63) == "a=1")
        #expect(text(table, 64) == nil && text(table, .max) == nil && text(table, -1) == nil)
        #expect(table.count == 2)
    }

    @Test("Entries keep what their fields say by themselves")
    func traits() {
        var table = DynamicTable()
        table.insert(entry("cookie", "a=b "))
        #expect(table.field(at: 62)?.traits == entry("cookie", "a=b ").traits)
    }

    @Test("The oldest entries leave when the size of the table is exceeded")
    func evicts() {
        var table = DynamicTable()
        table.resize(to: 100)
        for name in ["a", "b", "c", "d"] { table.insert(entry(name, "1")) }
        // Each takes 34 bytes.
        #expect(table.count == 2)
        #expect(text(table, 62) == "d=1" && text(table, 63) == "c=1" && text(table, 64) == nil)
        table.resize(to: 67)
        #expect(table.count == 1 && text(table, 62) == "d=1")
        table.resize(to: 4_096)
        table.insert(entry("e", "2"))
        #expect(text(table, 62) == "e=2" && text(table, 63) == "d=1")
    }

    @Test("An entry that fills the table is kept alone; a larger one empties it")
    func large() {
        var table = DynamicTable()
        table.insert(entry("a", "1"))
        table.insert(entry("b", String(repeating: "x", count: 4_096 - 33)))
        #expect(table.count == 1 && table.field(at: 62)?.valueLength == 4_063)
        table.insert(entry("c", String(repeating: "x", count: 4_096 - 32)))
        #expect(table.count == 0 && text(table, 62) == nil)
        table.insert(entry("d", "1"))
        #expect(text(table, 62) == "d=1")
    }

    @Test("Entries stay what they were while many others come and go")
    func turnover() {
        var table = DynamicTable()
        var expected: [String] = []
        for number in 0..<3_000 {
            let value = String(repeating: "v", count: number * 7 % 301)
            table.insert(entry("n\(number)", value))
            expected.insert("n\(number)=\(value)", at: 0)
            expected.removeLast(expected.count - table.count)
            let size = expected.reduce(0) { $0 + $1.utf8.count - 1 + 32 }
            #expect(size <= 4_096)
            guard number.isMultiple(of: 50) else { continue }
            #expect((0..<expected.count).map { text(table, 62 + $0) } == expected)
        }
    }

    @Test("It finds a field, or else the last entry of its name")
    func finds() {
        var table = DynamicTable()
        for (name, value) in [("a", "1"), ("b", "1"), ("a", "2"), ("a", "3")] { table.insert(entry(name, value)) }
        func find(_ name: String, _ value: String) -> [Int?] {
            Array(name.utf8).withUnsafeBytes { name in
                Array(value.utf8).withUnsafeBytes { value in
                    let found = table.find(name, value)
                    return [found.field, found.name]
                }
            }
        }
        #expect(find("a", "2") == [63, 63])
        #expect(find("a", "4") == [nil, 62])
        #expect(find("c", "1") == [nil, nil])
    }

    @Test("A copy is a table of its own")
    func copies() {
        var table = DynamicTable()
        table.insert(entry("a", "1"))
        var copy = table
        copy.insert(entry("b", "2"))
        table.insert(entry("c", "3"))
        #expect(text(table, 62) == "c=3" && text(table, 63) == "a=1")
        #expect(text(copy, 62) == "b=2" && text(copy, 63) == "a=1")
    }
}
