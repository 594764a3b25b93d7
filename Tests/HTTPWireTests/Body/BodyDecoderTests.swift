import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@Suite(.calculation) struct BodyDecoderTests {
    private func ways(_ text: String) -> [[ArraySlice<UInt8>]] { Pieces.ways(of: Array(text.utf8)) }

    @Test func `no content`() {
        for pieces in ways("next") {
            #expect(
                BodyOutcome.decode(pieces.suffix(1), framing: .none)
                    == .complete("", trailers: [], rest: String(decoding: pieces.last ?? [], as: UTF8.self))
            )
        }
        var decoder = BodyDecoder(framing: .none)
        var empty = ByteBuffer()
        #expect(!decoder.isComplete)
        guard case .end = try? decoder.decode(&empty), case .end = try? decoder.decode(&empty) else {
            Issue.record("no end")
            return
        }
        #expect(decoder.isComplete)
    }

    @Test func `content of a known length`() {
        for pieces in ways("hello") {
            #expect(
                BodyOutcome.decode(pieces, framing: .contentLength(5)) == .complete("hello", trailers: [], rest: "")
            )
        }
        let bytes = Array("hellonext".utf8)[...]
        #expect(
            BodyOutcome.decode([bytes], framing: .contentLength(5)) == .complete("hello", trailers: [], rest: "next")
        )
        #expect(
            BodyOutcome.decode([bytes], framing: .contentLength(0)) == .complete("", trailers: [], rest: "hellonext")
        )
        #expect(BodyOutcome.decode([bytes], framing: .contentLength(10)) == .incomplete("hellonext"))
        #expect(
            BodyOutcome.decode([bytes], framing: .contentLength(10), atEnd: true)
                == .failed(HTTPParseError(.truncatedBody, at: 9))
        )
        #expect(
            BodyOutcome.decode([], framing: .contentLength(0), atEnd: true) == .complete("", trailers: [], rest: "")
        )
        #expect(
            BodyOutcome.decode([bytes], framing: .contentLength(.max)) == .incomplete("hellonext")
        )
    }

    @Test func `content until the connection closes`() {
        for pieces in ways("hello") {
            #expect(BodyOutcome.decode(pieces, framing: .untilClose) == .incomplete("hello"))
            #expect(
                BodyOutcome.decode(pieces, framing: .untilClose, atEnd: true)
                    == .complete("hello", trailers: [], rest: "")
            )
        }
    }

    @Test func `a negative length is none`() {
        #expect(BodyOutcome.decode([[1]], framing: .contentLength(-1)) == .complete("", trailers: [], rest: "\u{1}"))
    }

    @Test func `says whether content can follow`() {
        #expect(!BodyFraming.none.hasContent)
        #expect(!BodyFraming.contentLength(0).hasContent)
        #expect(BodyFraming.contentLength(1).hasContent)
        #expect(BodyFraming.chunked.hasContent)
        #expect(BodyFraming.untilClose.hasContent)
    }
}
