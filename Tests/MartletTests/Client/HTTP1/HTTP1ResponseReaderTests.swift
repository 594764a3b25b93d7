import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

/// How a response ends with its connection, told without a socket.
@Suite struct HTTP1ResponseReaderTests {
    /// What comes of `text`, after which the connection ends, in words.
    private func events(_ text: String, isCutOff: Bool = false) -> [String] {
        var reader = HTTP1ResponseReader(headLimits: HeadLimits(), bodyLimits: BodyLimits(), maximumInformational: 2)
        reader.expectResponse(to: .get)
        reader.append(ByteBuffer(string: text))
        reader.peerClosed()
        if isCutOff { reader.wasCutOff() }
        var words: [String] = []
        while true {
            switch reader.next() {
            case .needsMoreBytes: return words
            case .informational(let head): words.append("1xx \(head.statusCode)")
            case .head(let head): words.append("head \(head.statusCode)")
            case .content(let bytes): words.append(String(buffer: bytes))
            case .end: words.append("end")
            case .failed(let failure): return words + ["\(failure)"]
            }
        }
    }

    @Test("A content without a length ends with the connection, unless that was cut off")
    func cutOff() {
        let text = "HTTP/1.1 200 OK\r\n\r\nabc"
        #expect(events(text) == ["head 200", "abc", "end"])
        #expect(events(text, isCutOff: true) == ["head 200", "abc", "closedInContent"])
        // What has a length has come whole, or has not.
        let measured = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
        #expect(events(measured + "abc", isCutOff: true) == ["head 200", "abc", "end"])
        #expect(events(measured + "ab", isCutOff: true) == ["head 200", "ab", "closedInContent"])
    }

    @Test("A connection that closes before the head tells whether the server had begun to answer")
    func closedBeforeHead() {
        #expect(events("") == ["closedBeforeHead(afterFirstByte: false)"])
        #expect(events("H") == ["closedBeforeHead(afterFirstByte: true)"])
        #expect(events("HTTP/1.1 103 A\r\n\r\n") == ["1xx 103", "closedBeforeHead(afterFirstByte: true)"])
    }
}
