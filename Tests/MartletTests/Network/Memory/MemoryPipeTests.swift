import CLibrary
import NIOCore
import Testing

@testable import Martlet

@Suite("One end of a connection in memory")
struct MemoryPipeTests {
    private static func bytes(_ text: String) -> IOData { .byteBuffer(ByteBuffer(string: text)) }

    private static func texts(_ sending: MemoryOutput.Sending) -> [String] {
        sending.buffers.map { String(buffer: $0) }
    }

    private func expect(_ output: inout MemoryOutput, _ texts: [String]) {
        let sending = output.takeSendable()
        #expect(Self.texts(sending) == texts)
    }

    @Test("sends what was flushed, as far as the window goes")
    func window() {
        var output = MemoryOutput(window: 5)
        output.append(Self.bytes("abc"), nil)
        expect(&output, [])
        output.flush()
        output.append(Self.bytes("unflushed"), nil)
        expect(&output, ["abc"])
        #expect(output.byteCount == 9)
        output.flush()
        // A buffer goes whole once there is room at all.
        expect(&output, ["unflushed"])
        output.append(Self.bytes("x"), nil)
        output.flush()
        expect(&output, [])
        output.peerHasRead(7)
        expect(&output, [])
        output.peerHasRead(1)
        expect(&output, ["x"])
        #expect(output.byteCount == 0)
    }

    @Test("ends after what was written, once")
    func end() {
        var output = MemoryOutput(window: 10)
        output.append(Self.bytes("last"), nil)
        output.flush()
        let ends = [output.end(nil), output.end(nil)]
        #expect(ends == [true, false])
        #expect(output.isEnding)
        let early = output.takeEnd()
        #expect(early == nil)
        let sending = output.takeSendable()
        #expect(Self.texts(sending) == ["last"])
        #expect(!output.isClosed)
        let end = output.takeEnd()
        #expect(end != nil && output.isClosed)
        let again = output.takeEnd()
        #expect(again == nil)
    }

    @Test("reads a part of a file piece by piece, and fails when it is too short")
    func file() async throws {
        try await withFile([UInt8](repeating: 0x78, count: 100_000)) { file in
            let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: dup(file.descriptor))
            defer { try? handle.close() }
            var output = MemoryOutput(window: 200_000)
            output.append(.fileRegion(FileRegion(fileHandle: handle, readerIndex: 10, endIndex: 100_000)), nil)
            output.flush()
            let sending = output.takeSendable()
            #expect(sending.buffers.map(\.readableBytes) == [65_536, 34_454])
            #expect(sending.failure == nil)
            output.append(.fileRegion(FileRegion(fileHandle: handle, readerIndex: 100_000, endIndex: 100_010)), nil)
            output.flush()
            let failed = output.takeSendable()
            #expect(failed.failure == EIO)
        }
    }

    @Test("tells of the end after the bytes before it, once")
    func input() {
        var input = MemoryInput()
        input.request()
        #expect(input.isWanted && !input.hasArrivals)
        input.append([ByteBuffer(string: "a"), ByteBuffer(string: "b")])
        input.end()
        let bytes = input.takeBytes()
        #expect(bytes.map { String(buffer: $0) } == ["a", "b"])
        #expect(!input.isWanted && input.hasArrivals)
        let ends = [input.takeEnd(), input.takeEnd()]
        #expect(ends == [true, false])
        #expect(!input.hasArrivals && input.hasEnded)
    }
}
