import HTTPTypes
import HTTPWire
import NIOHPACK
import Testing

@testable import Martlet

@Suite("HTTP/2, client: what is a response (RFC 9113 section 8)")
struct HTTP2ClientResponseReaderTests {
    private enum Input {
        case fields(KeyValuePairs<String, String>)
        case lastFields(KeyValuePairs<String, String>)
        case bytes(Int)
        case lastBytes(Int)
    }

    /// What comes of `input`, in words.
    private func read(_ method: HTTPRequest.Method = .get, _ input: Input...) -> [String] {
        var reader = HTTP2ResponseReader(method: method, fieldLimit: 4, maximumInformational: 2)
        var words: [String] = []
        do {
            for input in input {
                switch input {
                case .fields(let fields): words.append(try word(&reader, fields, isLast: false))
                case .lastFields(let fields): words.append(try word(&reader, fields, isLast: true))
                case .bytes(let count): try reader.receive(byteCount: count, isLast: false)
                case .lastBytes(let count): try reader.receive(byteCount: count, isLast: true)
                }
            }
        } catch HTTPClientError.http2(.malformedMessage(let text)) {
            words.append(text)
        } catch {
            words.append("\(error)")
        }
        if reader.isEnded { words.append("end") }
        return words
    }

    private func word(
        _ reader: inout HTTP2ResponseReader,
        _ fields: KeyValuePairs<String, String>,
        isLast: Bool
    ) throws -> String {
        switch try reader.receive(HPACKHeaders(fields.map { ($0.key, $0.value) }), isLast: isLast) {
        case .informational(let head): return "1xx \(head.statusCode)"
        case .head(let head): return "head \(head.statusCode) \(head.framing) \(head.fields.makeHTTPFields().count)"
        case .trailers(let trailers): return "trailers \(trailers.count)"
        }
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
    }

    @Test("Pseudo-header fields (section 8.3)")
    func pseudoFields() {
        #expect(read(.get, .fields(["a": "b"])) == ["There is no :status (section 8.3.2)"])
        #expect(read(.get, .fields([":status": "200", ":status": "200"])) == ["More than one :status (section 8.3)"])
        #expect(
            read(.get, .fields(["a": "b", ":status": "200"])) == [":status comes after other fields (section 8.3)"]
        )
        #expect(read(.get, .fields([":status": "200", ":path": "/"])) == [":path is not for responses (section 8.3)"])
        #expect(read(.get, .fields([":x": "y", ":status": "200"])) == [":x is not for responses (section 8.3)"])
        for status in ["", "20", "2000", "099", "2 0", "+20", "abc", "２００"] {
            #expect(
                read(.get, .fields([":status": status])) == [":status is not three digits from 100 on (section 8.3.2)"]
            )
        }
        #expect(
            read(.get, .fields(ok), .lastFields([":status": "200"])).last
                == ":status is among the trailers (section 8.1)"
        )
        #expect(read(.get, .fields([":status": "101"])) == ["There is no 101 in HTTP/2 (section 8.6)"])
    }

    @Test("Fields (section 8.2)")
    func fields() {
        for name in ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"] {
            #expect(
                read(.get, .fields([":status": "200", name: "x"])) == ["\(name) has no place in HTTP/2 (section 8.2.2)"]
            )
        }
        for name in ["A", "a b", "a:", "", "a\r", "ä"] {
            let words = read(.get, .fields([":status": "200", name: "x"]))
            #expect(words.count == 1 && !words[0].hasPrefix("head"), "\(name)")
        }
        for value in ["a\r\nb", "a\n", "\0", " a", "a ", "\ta"] {
            let words = read(.get, .fields([":status": "200", "a": value]))
            #expect(words.count == 1 && !words[0].hasPrefix("head"), "\(value)")
        }
        let many: KeyValuePairs = [":status": "200", "a": "", "b": "", "c": "", "d": "", "e": ""]
        #expect(read(.get, .fields(many)).last?.hasPrefix("The head has too many fields") == true)
    }

    @Test("The order of what comes (section 8.1)")
    func order() {
        #expect(read(.get, .bytes(1)) == ["Content comes before the head (section 8.1)"])
        #expect(read(.get, .lastFields([":status": "103"])).last?.hasPrefix("An informational response is") == true)
        #expect(read(.get, .fields(ok), .fields(["a": "b"])).last == "Something follows the trailers (section 8.1)")
        #expect(read(.get, .fields(ok), .lastFields(["a": "b"]), .bytes(1)).contains { $0.hasPrefix("Content comes") })
        let hint: Input = .fields([":status": "103"])
        #expect(read(.get, hint, hint, hint).last == "The server sent more than 2 informational responses.")
    }
}
