import Testing

@testable import Martlet

/// The streams of a connection by their numbers.
@Suite struct HTTP2StreamTableTests {
    private func table(_ numbers: UInt32...) -> HTTP2StreamTable<TestStream> {
        var table = HTTP2StreamTable<TestStream>()
        for number in numbers { table.insert(TestStream(number)) }
        return table
    }

    @Test("It finds each stream, and nothing else")
    func finds() {
        let table = table(1, 3, 7, 9, 21)
        for number in 0...23 as ClosedRange<UInt32> {
            #expect(table[number]?.number == ([1, 3, 7, 9, 21].contains(number) ? number : nil))
        }
        #expect(table.count == 5 && !table.isEmpty)
    }

    @Test("It keeps the order of the numbers, whatever that of the insertions")
    func order() {
        #expect(table(5, 1, 9, 3, 7).values.map(\.number) == [1, 3, 5, 7, 9])
    }

    @Test("A stream takes the place of another one with its number")
    func replaces() {
        var table = table(1, 3)
        let stream = TestStream(1)
        table.insert(stream)
        #expect(table.count == 2 && table[1] === stream)
    }

    @Test("It removes streams at any place, each once")
    func removes() {
        var table = table(1, 3, 5, 7)
        let removed = [table.remove(3), table.remove(3), table.remove(7), table.remove(9), table.remove(1)]
        #expect(removed == [true, false, true, false, true])
        #expect(table.values.map(\.number) == [5])
        #expect(table[5] != nil && table[3] == nil && table[7] == nil)
    }

    @Test("It removes all at once")
    func removesAll() {
        var table = table(1, 3)
        let removed = table.removeAll()
        #expect(removed.map(\.number) == [1, 3])
        #expect(table.isEmpty && table[1] == nil)
    }
}
