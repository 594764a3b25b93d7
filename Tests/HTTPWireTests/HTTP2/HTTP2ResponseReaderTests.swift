import HTTPTypes
import NIOCore
import Testing

@testable import HTTPWire

@Suite("HTTP/2: what is a response (RFC 9113 section 8)")
struct HTTP2ResponseReaderTests {
    /// What comes of `input`, in words.
    private func read(_ method: HTTPRequest.Method = .get, _ input: StreamInput...) -> [String] {
        var limits = HeadLimits()
        limits.fieldCount = 4
        var decoder = HTTP2MessageDecoder(headLimits: limits)
        var reader = HTTP2ResponseReader(stream: 1, method: method)
        var words = reader.words(of: input, &decoder)
        if reader.isEnded { words.append("end") }
        return words
    }

    private let ok: KeyValuePairs = [":status": "200"]

    @Test("A head, a content and trailers")
    func wellFormed() {
        #expect(read(.get, .lastFields(ok)) == ["head 200 none 0", "end"])
        #expect(read(.get, .fields(ok), .bytes(3), .lastBytes(0)) == ["head 200 chunked 0", "end"])
        #expect(
            read(.get, .fields([":status": "200", "content-length": "3"]), .bytes(2), .lastBytes(1))
                == ["head 200 contentLength(3) 1", "end"]
        )
        #expect(
            read(.get, .fields(ok), .bytes(1), .lastFields(["a": "b", "content-type": "c"]))
                == ["head 200 chunked 0", "trailers 1", "end"]
        )
        #expect(
            read(.get, .fields([":status": "103"]), .fields([":status": "100"]), .lastFields(ok))
                == ["1xx 103", "1xx 100", "head 200 none 0", "end"]
        )
    }

    @Test("What has no content may say how much there would be")
    func noContent() {
        let length: KeyValuePairs = [":status": "200", "content-length": "3"]
        #expect(read(.head, .lastFields(length)) == ["head 200 none 1", "end"])
        #expect(read(.head, .fields(length), .lastBytes(0)) == ["head 200 none 1", "end"])
        #expect(
            read(.get, .lastFields([":status": "304", "content-length": "3"])) == ["head 304 none 1", "end"]
        )
        #expect(read(.head, .fields(length), .bytes(1)).last?.hasPrefix("The content is longer") == true)
        #expect(read(.get, .fields([":status": "204"]), .bytes(1)).last?.hasPrefix("The content is longer") == true)
    }

    @Test("The content is as long as announced")
    func contentLength() {
        let length: KeyValuePairs = [":status": "200", "content-length": "3"]
        #expect(read(.get, .lastFields(length)) == ["The content is shorter than announced (section 8.1.1)"])
        #expect(read(.get, .fields(length), .lastBytes(2)).last?.hasPrefix("The content is shorter") == true)
        #expect(read(.get, .fields(length), .bytes(2), .lastFields([:])).last?.hasPrefix("The content is sh") == true)
        #expect(read(.get, .fields(length), .bytes(4)).last?.hasPrefix("The content is longer") == true)
        for value in ["", "-1", "1,1", "x", "99999999999999999999"] {
            #expect(
                read(.get, .fields([":status": "200", "content-length": value])).last?
                    .hasPrefix("Content-Length is not") == true
            )
        }
        let twice: KeyValuePairs = [":status": "200", "content-length": "3", "content-length": "3"]
        #expect(read(.get, .fields(twice)).last?.hasPrefix("More than one Content-Length") == true)
        // C18: what must not be a trailer is left out.
        let trailers: KeyValuePairs = [
            "content-length": "3", "host": "a", "expect": "b", "x": "y", "set-cookie": "a=b",
        ]
        #expect(read(.get, .fields(ok), .lastFields(trailers)).dropFirst() == ["trailers 1", "end"])
    }

    @Test("Pseudo-header fields (section 8.3)")
    func pseudoFields() {
        #expect(read(.get, .fields(["a": "b"])) == ["A response without :status (section 8.3.2)"])
        #expect(
            read(.get, .fields([":status": "200", ":status": "200"])) == ["A repeated pseudo-header (section 8.3)"]
        )
        #expect(
            read(.get, .fields(["a": "b", ":status": "200"]))
                == ["A pseudo-header after other fields (section 8.3)"]
        )
        for fields in [
            [":status": "200", ":path": "/"], [":x": "y", ":status": "200"], [":method": "GET"], [":Status": "200"],
        ] as [KeyValuePairs<String, String>] {
            #expect(read(.get, .fields(fields)) == ["A pseudo-header that responses don't have (section 8.3)"])
        }
        for status in ["", "20", "2000", "099", "2 0", "+20", "abc", "２００"] {
            #expect(
                read(.get, .fields([":status": status]))
                    == ["A :status that is not a number from 100 to 999 (section 8.3.2)"]
            )
        }
        #expect(
            read(.get, .fields(ok), .lastFields([":status": "200"])).last
                == "A pseudo-header among the trailers (section 8.1)"
        )
        #expect(read(.get, .fields([":status": "101"])) == ["101 (Switching Protocols) over HTTP/2 (section 8.6)"])
    }

    @Test("Fields (section 8.2)")
    func fields() {
        for name in ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"] {
            #expect(
                read(.get, .fields([":status": "200", name: "x"]))
                    == ["A connection-specific field of HTTP/1 (section 8.2.2)"]
            )
            #expect(read(.get, .fields(ok), .lastFields([name: "x"])).last?.hasSuffix("(section 8.2.2)") == true)
        }
        for name in ["A", "a b", "a:", "", "a\r", "ä"] {
            let words = read(.get, .fields([":status": "200", name: "x"]))
            #expect(words.count == 1 && words[0].contains("(section 8.2"), "\(name)")
        }
        for value in ["a\r\nb", "a\n", "\0", " a", "a ", "\ta"] {
            let words = read(.get, .fields([":status": "200", "a": value]))
            #expect(words.count == 1 && words[0].hasSuffix("(section 8.2.1)"), "\(value)")
        }
        let many: KeyValuePairs = [":status": "200", "a": "", "b": "", "c": "", "d": "", "e": ""]
        #expect(read(.get, .fields(many)).last?.hasPrefix("The head has too many fields") == true)
    }

    @Test("The order of what comes (section 8.1)")
    func order() {
        #expect(read(.get, .bytes(1)) == ["Content before the head (section 8.1)"])
        #expect(
            read(.get, .lastFields([":status": "103"]))
                == ["An informational response that ends the stream (section 8.1)"]
        )
        #expect(
            read(.get, .fields(ok), .fields(["a": "b"])).last == "Trailers that don't end the stream (section 8.1)"
        )
        #expect(read(.get, .fields(ok), .fields(ok)).last == "A pseudo-header among the trailers (section 8.1)")
        #expect(
            read(.get, .fields(ok), .lastFields(["a": "b"]), .bytes(1)).contains("DATA after the end (section 6.1)")
        )
        #expect(
            read(.get, .lastFields(ok), .lastFields(["a": "b"])).contains("HEADERS after the end (section 5.1)")
        )
    }

    @Test("Informational responses are counted, for those who have had enough of them")
    func informational() throws {
        var decoder = HTTP2MessageDecoder()
        var reader = HTTP2ResponseReader(stream: 1, method: .get)
        for count in 1...3 {
            _ = try reader.receive(ByteBuffer(literals: [":status": "103"]), endsStream: false, decoder: &decoder)
            #expect(reader.informationalCount == count)
        }
        _ = try reader.receive(ByteBuffer(literals: ok), endsStream: false, decoder: &decoder)
        #expect(reader.informationalCount == 3)
    }

    @Test("A block that can't be decompressed ends the connection (RFC 9113 section 4.3)")
    func compression() {
        for bytes in [[0xFF], [0x3F, 0xE1, 0x7F], [0x88, 0x20], [0x00, 0x85, 0xFF]] as [[UInt8]] {
            var decoder = HTTP2MessageDecoder()
            var reader = HTTP2ResponseReader(stream: 1, method: .get)
            let error = #expect(throws: HTTP2Error.self) {
                try reader.receive(ByteBuffer(bytes: bytes), endsStream: true, decoder: &decoder)
            }
            #expect(error?.stream == nil && error?.code == .compressionError, "\(bytes)")
        }
    }
}
