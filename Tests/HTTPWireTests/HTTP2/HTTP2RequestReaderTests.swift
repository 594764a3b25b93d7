import HTTPTypes
import NIOCore
import Testing

@testable import HTTPWire

@Suite("HTTP/2: the rest of a request (RFC 9113 section 8)")
struct HTTP2RequestReaderTests {
    private let post: KeyValuePairs = [":method": "POST", ":scheme": "http", ":path": "/", ":authority": "a"]

    private struct NoHead: Error {}

    private func head(_ fields: KeyValuePairs<String, String>, _ decoder: inout HTTP2MessageDecoder) throws
        -> RequestHead
    {
        let outcome = try decoder.decodeRequest(ByteBuffer(literals: fields), stream: 1, endsStream: false)
        guard case .message(let head) = outcome else { throw NoHead() }
        return head
    }

    /// What comes of `input` after a head with `length`, in words.
    private func read(_ length: Int?, _ input: StreamInput...) -> [String] {
        var limits = BodyLimits()
        limits.trailerCount = 2
        var decoder = HTTP2MessageDecoder(bodyLimits: limits)
        var block = ByteBuffer(literals: post)
        if let length { block.writeImmutableBuffer(ByteBuffer(literals: ["content-length": "\(length)"])) }
        guard case .message(let head) = try? decoder.decodeRequest(block, stream: 1, endsStream: false) else {
            return ["no head"]
        }
        return read(HTTP2RequestReader(stream: 1, head: head, endsStream: false), &decoder, input)
    }

    private func read(
        _ reader: HTTP2RequestReader,
        _ decoder: inout HTTP2MessageDecoder,
        _ input: [StreamInput]
    ) -> [String] {
        var reader = reader
        var words = reader.words(of: input, &decoder)
        if reader.receivedBytes > 0 { words.append("\(reader.receivedBytes) bytes") }
        if reader.isEnded { words.append("end") }
        return words
    }

    @Test("A content and trailers")
    func wellFormed() {
        #expect(read(nil) == [])
        #expect(read(nil, .end) == ["end"])
        #expect(read(nil, .bytes(3), .bytes(0), .bytes(4), .end) == ["7 bytes", "end"])
        #expect(read(3, .bytes(2), .bytes(1), .end) == ["3 bytes", "end"])
        #expect(read(nil, .bytes(1), .lastFields(["a": "b"])) == ["trailers 1", "1 bytes", "end"])
        #expect(read(3, .bytes(3), .lastFields([:])) == ["trailers 0", "3 bytes", "end"])
    }

    @Test("The content is as long as announced (section 8.1.1)")
    func contentLength() {
        #expect(read(3, .bytes(2), .end) == ["The content is shorter than announced (section 8.1.1)", "2 bytes"])
        #expect(
            read(3, .bytes(2), .lastFields([:]))
                == ["The content is shorter than announced (section 8.1.1)", "2 bytes"]
        )
        #expect(read(3, .bytes(4)) == ["The content is longer than announced (section 8.1.1)", "4 bytes"])
        #expect(read(3, .bytes(2), .bytes(2)) == ["The content is longer than announced (section 8.1.1)", "4 bytes"])
        #expect(read(0, .bytes(1)) == ["The content is longer than announced (section 8.1.1)", "1 bytes"])
        #expect(read(0, .end) == ["end"])
    }

    @Test("A tunnel has no content, nor has a request that was not understood")
    func noContent() throws {
        var decoder = HTTP2MessageDecoder()
        let connect = try head([":method": "CONNECT", ":authority": "a:1", "content-length": "3"], &decoder)
        for reader in [
            HTTP2RequestReader(stream: 1, head: connect, endsStream: false),
            HTTP2RequestReader(malformed: 1, endsStream: false),
        ] {
            #expect(read(reader, &decoder, [.bytes(9), .end]) == ["9 bytes", "end"])
        }
    }

    @Test("Trailers that HTTP/1.1 refuses, too, leave a request that can be answered")
    func refusedTrailers() {
        #expect(read(nil, .lastFields(["host": "a"])) == ["refused forbiddenTrailer", "end"])
        #expect(read(nil, .fields(["content-length": "1"])) == ["refused forbiddenTrailer"])
        #expect(read(nil, .lastFields(["a": "", "b": "", "c": ""])) == ["refused tooManyTrailers", "end"])
        // The content is no longer measured.
        #expect(read(3, .lastFields(["expect": "a"])) == ["refused forbiddenTrailer", "end"])
    }

    @Test("Trailers that are malformed (section 8.2)")
    func malformedTrailers() {
        #expect(
            read(nil, .lastFields([":path": "/"])) == ["A pseudo-header among the trailers (section 8.1)"]
        )
        #expect(
            read(nil, .lastFields(["connection": "x"])) == ["A connection-specific field of HTTP/1 (section 8.2.2)"]
        )
    }

    @Test("The order of what comes (section 8.1)")
    func order() throws {
        #expect(read(nil, .fields(["a": "b"])) == ["Trailers that don't end the stream (section 8.1)"])
        #expect(read(nil, .end, .bytes(1)) == ["DATA after the end (section 6.1)", "end"])
        #expect(read(nil, .end, .lastFields([:])) == ["HEADERS after the end (section 5.1)", "end"])
        var decoder = HTTP2MessageDecoder()
        let whole = HTTP2RequestReader(stream: 1, head: try head(post, &decoder), endsStream: true)
        #expect(read(whole, &decoder, []) == ["end"])
        #expect(read(whole, &decoder, [.bytes(0)]) == ["DATA after the end (section 6.1)", "end"])
    }

    @Test("A block after the end is decoded nevertheless, since later ones build on it")
    func afterEnd() throws {
        var decoder = HTTP2MessageDecoder()
        var reader = HTTP2RequestReader(malformed: 1, endsStream: true)
        // A literal that is remembered, and then its index.
        let literal = ByteBuffer(bytes: [0x40, 1, 0x61, 1, 0x62])
        #expect(throws: HTTP2Error.self) { try reader.receive(literal, endsStream: true, decoder: &decoder) }
        var next = HTTP2RequestReader(malformed: 3, endsStream: false)
        let event = try next.receive(ByteBuffer(bytes: [0xBE]), endsStream: true, decoder: &decoder)
        #expect(HTTP2RequestReader.word(event) == "trailers 1")
    }

    @Test("A block that can't be decompressed ends the connection (RFC 9113 section 4.3)")
    func compression() {
        var decoder = HTTP2MessageDecoder()
        var reader = HTTP2RequestReader(malformed: 1, endsStream: false)
        let error = #expect(throws: HTTP2Error.self) {
            try reader.receive(ByteBuffer(bytes: [0xFF]), endsStream: true, decoder: &decoder)
        }
        #expect(error?.stream == nil && error?.code == .compressionError)
    }
}
