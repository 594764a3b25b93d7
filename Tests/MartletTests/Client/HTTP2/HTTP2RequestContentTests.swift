import HTTPTypes
import NIOCore
import Testing

@testable import Martlet

/// The content of a request on its way to a stream.
@Suite struct HTTP2RequestContentTests {
    private func batch(_ texts: [String], end: HTTPFields? = nil) -> OutgoingBody.Batch {
        OutgoingBody.Batch(contents: CircularBuffer(texts.map { .text($0) }), end: end)
    }

    /// What the output sends, in words.
    private func parts(_ output: inout HTTP2StreamOutput) -> [String] {
        var words: [String] = []
        while let part = output.take(upTo: 1_000_000) {
            switch part {
            case .content(let bytes, let endsStream): words.append(String(buffer: bytes) + (endsStream ? "." : ""))
            case .end(let trailers): words.append("end\(trailers.map { " \($0.count)" } ?? "")")
            }
        }
        return words
    }

    @Test("Content of a known length ends with its last byte")
    func knownLength() throws {
        var content = HTTP2RequestContent(.contentLength(5))
        var output = HTTP2StreamOutput(window: 65_535)
        try content.move(batch(["abc"]), to: &output)
        #expect(parts(&output) == ["abc"])
        #expect(output.isOpen)
        try content.move(batch(["de"]), to: &output)
        #expect(!output.isOpen)
        #expect(parts(&output) == ["de."])
        try content.move(batch([], end: [.accept: "x"]), to: &output)
        #expect(parts(&output) == [])
    }

    @Test("Content of an unknown length ends when its writer says so, with trailers")
    func unknownLength() throws {
        var content = HTTP2RequestContent(.chunked)
        var output = HTTP2StreamOutput(window: 65_535)
        try content.move(batch(["abc"]), to: &output)
        #expect(parts(&output) == ["abc"])
        try content.move(batch(["d"], end: [.accept: "x"]), to: &output)
        #expect(parts(&output) == ["d", "end 1"])
        var other = HTTP2RequestContent(.chunked)
        var ended = HTTP2StreamOutput(window: 65_535)
        try other.move(batch([], end: [:]), to: &ended)
        #expect(parts(&ended) == ["end"])
    }

    @Test("Content that is longer or shorter than announced is refused, and so are forbidden trailers")
    func refused() {
        var output = HTTP2StreamOutput(window: 65_535)
        var long = HTTP2RequestContent(.contentLength(3))
        #expect(throws: HTTPClientError.contentLengthExceeded(announced: 3, written: 4)) {
            try long.move(batch(["abcd"]), to: &output)
        }
        #expect(parts(&output) == [])
        var short = HTTP2RequestContent(.contentLength(3))
        #expect(throws: HTTPClientError.contentLengthNotReached(announced: 3, written: 2)) {
            try short.move(batch(["ab"], end: [:]), to: &output)
        }
        var trailers = HTTP2RequestContent(.chunked)
        #expect(throws: HTTPClientError.self) {
            try trailers.move(batch([], end: [.contentLength: "3"]), to: &output)
        }
        #expect(output.isOpen)
    }
}
