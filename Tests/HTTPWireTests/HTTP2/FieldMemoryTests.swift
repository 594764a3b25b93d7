import NIOCore
import Testing

@testable import HTTPWire

/// Bytes that are put together in memory that is used again.
@Suite struct FieldMemoryTests {
    private func append(_ text: String, to memory: inout FieldMemory) {
        Array(text.utf8).withUnsafeBytes { memory.append($0) }
    }

    @Test("It holds what was appended, in memory that grows")
    func appends() {
        var memory = FieldMemory()
        #expect(memory.isEmpty && memory.bytes.isEmpty && memory.makeBuffer().readableBytes == 0)
        var expected = ""
        for count in [0, 1, 511, 1, 0, 600, 5_000] {
            let text = String(repeating: "\(count % 10)", count: count)
            append(text, to: &memory)
            expected += text
            #expect(String(decoding: memory.bytes, as: UTF8.self) == expected)
            #expect(memory.count == expected.utf8.count)
            #expect(String(buffer: memory.makeBuffer()) == expected)
        }
    }

    @Test("It copies bytes that it holds, also when it has to grow for them")
    func copies() {
        var memory = FieldMemory()
        append(String(repeating: "a", count: 500) + "0123456789ab", to: &memory)
        memory.append(copyOf: 500..<512)
        memory.append("!")
        #expect(memory.bytes.suffix(25).elementsEqual("0123456789ab0123456789ab!".utf8))
    }

    @Test("Nothing is left of what was removed")
    func removes() {
        var memory = FieldMemory()
        append(String(repeating: "a", count: 40_000), to: &memory)
        memory.removeAll()
        #expect(memory.isEmpty)
        append("b", to: &memory)
        #expect(Array(memory.bytes) == [0x62])
        memory.removeAll()
        #expect(memory.bytes.isEmpty)
    }

    @Test("Bytes at the beginning can be removed")
    func removesFirst() {
        var memory = FieldMemory()
        memory.removeFirst(0)
        append("0123456789", to: &memory)
        memory.removeFirst(3)
        append("ab", to: &memory)
        #expect(String(decoding: memory.bytes, as: UTF8.self) == "3456789ab")
        memory.removeFirst(9)
        #expect(memory.isEmpty)
    }

    @Test("A copy that has been made unique shares nothing")
    func copiesOnWrite() {
        var memory = FieldMemory()
        append("abc", to: &memory)
        var copy = memory
        copy.makeUnique()
        append("d", to: &copy)
        append("e", to: &memory)
        #expect(String(decoding: memory.bytes, as: UTF8.self) == "abce")
        #expect(String(decoding: copy.bytes, as: UTF8.self) == "abcd")
    }
}
