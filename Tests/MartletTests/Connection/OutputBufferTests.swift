import NIOCore
import Testing

@testable import Martlet

@Suite("OutputBuffer")
struct OutputBufferTests {
    @Test("hands everything out once and in order, small and large")
    func order() {
        var output = OutputBuffer()
        output.tail.writeString("a")
        output.append(ByteBuffer(repeating: 0x62, count: OutputBuffer.copyLimit))
        output.append(ByteBuffer(string: "c"))
        #expect(output.byteCount == OutputBuffer.copyLimit + 2)
        let text = drain(&output)
        #expect(text == "a" + String(repeating: "b", count: OutputBuffer.copyLimit) + "c")
        #expect(output.isEmpty)
        output.reset()
        #expect(drain(&output) == "")
    }

    @Test("keeps what is appended between the draining and the reset, and hands nothing out twice")
    func reentrancy() {
        var output = OutputBuffer()
        output.tail.writeString("a")
        #expect(drain(&output) == "a")
        output.tail.writeString("b")
        #expect(drain(&output) == "b")
        output.tail.writeString("c")
        output.reset()
        #expect(output.byteCount == 1)
        #expect(drain(&output) == "c")
        output.reset()
        #expect(output.isEmpty)
    }

    private func drain(_ output: inout OutputBuffer) -> String {
        var text = ""
        output.drain { text += String(buffer: $0) }
        return text
    }
}
