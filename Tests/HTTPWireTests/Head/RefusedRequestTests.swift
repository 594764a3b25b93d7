import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@Suite("What can be read of a request that was refused")
struct RefusedRequestTests {
    @Test("cut off anywhere, or changed anywhere, is something")
    func anywhere() {
        let text = "\r\nPOST http://a/b?c HTTP/1.0\r\nHost: a:80\r\nAccept:  text/html \r\n: x\r\n\r\nrest"
        for count in 0...text.utf8.count {
            let head = RequestHead(refused: ByteBuffer(bytes: text.utf8.prefix(count)))
            #expect(head.fields.makeHTTPFields().count <= 2)
            #expect(head.framing == .none)
        }
        for place in 0..<text.utf8.count {
            for byte in [0x00, 0x0A, 0x0D, 0x20, 0x3A, 0xFF] as [UInt8] {
                var bytes = Array(text.utf8)
                bytes[place] = byte
                let head = RequestHead(refused: ByteBuffer(bytes: bytes))
                _ = (head.target.path, head.target.query, head.host, try? head.target.pathSegments)
            }
        }
        let whole = RequestHead(refused: ByteBuffer(string: text))
        #expect(whole.method == .post)
        #expect(whole.target.raw == "http://a/b?c" && whole.target.form == .absolute)
        #expect(whole.version == .http1_0)
        #expect(whole.host == "a")
        #expect(whole.fields.value(.accept) == "text/html")
    }

    @Test("is bounded")
    func bounds() {
        let fields = String(repeating: "A: b\r\n", count: 5_000)
        let path = String(repeating: "p", count: 50_000)
        let head = RequestHead(refused: ByteBuffer(string: "GET /\(path) HTTP/1.1\r\n\(fields)\r\n"))
        #expect(head.target.raw.utf8.count == 4_096)
        #expect(head.fields.count == 100)
    }
}
