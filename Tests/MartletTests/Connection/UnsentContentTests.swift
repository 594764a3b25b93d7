import HTTPTypes
import NIOCore
import Testing

@testable import Martlet

@Suite("What a handler hands over whole")
struct UnsentContentTests {
    private static let text = String(repeating: "0123456789abcde\u{E9}", count: 6_000)

    private static let contents: [(String, OutgoingContent)] = [
        ("text", .text(text)), ("an array", .bytes(Array(text.utf8))), ("a buffer", .buffer(ByteBuffer(string: text))),
    ]

    @Test("is made into bytes as they are taken", arguments: [1, 7, 16_384, 1_000_000])
    func taking(step: Int) {
        for (name, content) in Self.contents {
            var rest = UnsentContent(content)
            #expect(rest.byteCount == Self.text.utf8.count)
            var bytes: [UInt8] = []
            // A byte at a time through the beginning is enough.
            while rest.byteCount > 0, bytes.count < step * 2_000 { bytes += Array(buffer: rest.take(upTo: step)) }
            #expect(bytes.elementsEqual(Self.text.utf8.prefix(bytes.count)), "\(name)")
            #expect(rest.byteCount == Self.text.utf8.count - bytes.count)
        }
        var nothing = UnsentContent(.none)
        #expect(nothing.byteCount == 0)
        #expect(nothing.take(upTo: 5).readableBytes == 0)
    }

    @Test("M8: is not copied before it is sent, text or array, with a length or in chunks", arguments: [false, true])
    func response(chunked: Bool) throws {
        for (name, content) in Self.contents.dropLast() {
            var writer = ResponseWriter(
                ResponseWriter.Context(method: .other, version: .http1_1, mayPersist: true)
            )
            var output = OutputBuffer()
            var draft = ResponseDraft(isPersistent: true)
            if chunked { draft.trailers = [.eTag: "x"] }
            try writer.end(content, draft, HeadConstants(ServerSettings(.bare, version: 0), date: nil), into: &output)
            #expect(output.byteCount > 96_000)
            #expect(output.capacity <= 1_024, "\(name)")
            #expect(output.holdsContent == false, "the head comes first")
            var bytes = ByteBuffer()
            var rounds = 0
            while output.drainSome({ bytes.writeImmutableBuffer($0) }, writeFile: { _ in }) { rounds += 1 }
            #expect(rounds == 1)
            #expect(output.isEmpty)
            let sent = String(buffer: bytes)
            #expect(sent.contains(Self.text))
            #expect(sent.hasSuffix(chunked ? "\r\n0\r\nETag: x\r\n\r\n" : "\u{E9}"))
        }
    }

    @Test("M8: waits in a stream's queue as it is, in order with what is around it")
    func queue() {
        var queue = HTTP2SendQueue()
        queue.append(ByteBuffer(string: "<"))
        queue.append(UnsentContent(.text(Self.text)))
        queue.append(ByteBuffer(string: ">"))
        queue.append(UnsentContent(.bytes(Array(Self.text.utf8))))
        queue.append(UnsentContent(.none))
        #expect(queue.byteCount == Self.text.utf8.count * 2 + 2)
        #expect(queue.capacity <= 64)
        var bytes = ByteBuffer()
        var largest = 0
        while let part = queue.take(upTo: 16_384) {
            largest = max(largest, part.readableBytes)
            bytes.writeImmutableBuffer(part)
        }
        #expect(largest == 16_384)
        #expect(queue.isEmpty)
        #expect(String(buffer: bytes) == "<\(Self.text)>\(Self.text)")
    }

    @Test("a queue of very many pieces is taken from at the same cost for each")
    func manyPieces() {
        var queue = HTTP2SendQueue()
        let piece = ByteBuffer(repeating: 7, count: 5_000)
        for _ in 0..<20_000 { queue.append(piece) }
        var count = 0
        while let part = queue.take(upTo: 16_384) { count += part.readableBytes }
        #expect(count == 20_000 * 5_000)
        #expect(queue.isEmpty)
        // Small ones are put together, up to a point.
        for _ in 0..<20_000 { queue.append(ByteBuffer(repeating: 7, count: 10)) }
        #expect(queue.capacity <= 3 * queue.byteCount)
        queue.removeAll()
        #expect(queue.isEmpty)
        #expect(queue.take(upTo: 1) == nil)
    }

    @Test("R15: what waits is dropped as a whole, whatever it is")
    func dropping() {
        var output = OutputBuffer()
        output.tail.writeString("GET / HTTP/1.1\r\n")
        output.append(UnsentContent(.text(Self.text)))
        output.tail.writeString("half a head")
        output.removeAll()
        #expect(output.isEmpty)
        output.tail.writeString("GET")
        var sent = ""
        output.drain { sent += String(buffer: $0) }
        #expect(sent == "GET")
    }
}
