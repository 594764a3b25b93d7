import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@Suite struct HeadWriterTests {
    private func written(_ write: (inout ByteBuffer) throws -> Void) rethrows -> String {
        var buffer = ByteBuffer()
        try write(&buffer)
        return String(buffer: buffer)
    }

    @Test func `a request`() throws {
        let text = try written {
            try $0.writeRequestLine(method: .get, target: "/a?b=c")
            try $0.writeField(.hostField, "example.com")
            try $0.writeFields([.accept: "*/*", .acceptLanguage: "de"])
            $0.writeField(.contentLength, 0)
            $0.writeEndOfHead()
        }
        #expect(
            text == "GET /a?b=c HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\nAccept-Language: de\r\n"
                + "Content-Length: 0\r\n\r\n"
        )
        #expect(
            try written { try $0.writeRequestLine(method: .options, target: "*", version: .http1_0) }
                == "OPTIONS * HTTP/1.0\r\n"
        )
    }

    @Test(arguments: ["", " ", "/a b", "/\r\n", "/\r", "/\n", "/\u{0}", "/\u{7F}", "/ä", "/\t", "/ HTTP/1.1\r\nX: y"])
    func `targets that would be read as something else`(_ target: String) {
        var buffer = ByteBuffer(string: "kept")
        #expect(throws: HTTPWriteError.self) { try buffer.writeRequestLine(method: .get, target: target) }
        #expect(String(buffer: buffer) == "kept")
    }

    @Test(arguments: [
        "a\r\nSet-Cookie: b", "a\nb", "a\rb", "\r\n", "\n", "a\u{0}b", "a\u{7F}", "a\u{1}", "\u{1B}[0m",
        "a\r\n\r\n<html>",
        "a\r\n b", "0123456789abcdef0123456789abcdef\n",
    ])
    func `values that would split a message`(_ value: String) {
        var buffer = ByteBuffer(string: "kept")
        #expect(throws: HTTPWriteError.self) { try buffer.writeField(.location, value) }
        #expect(String(buffer: buffer) == "kept")
        do {
            try buffer.writeField(.location, value)
        } catch {
            #expect(error.reason == .invalidFieldValue)
            #expect(error.fieldName == "Location")
            #expect(!error.description.contains(value))
        }
    }

    @Test(arguments: ["", "a", "ä", "a\tb", "!~", " a "])
    func `values that are written as they are`(_ value: String) throws {
        #expect(try written { try $0.writeField(.location, value) } == "Location: \(value)\r\n")
    }

    @Test func `fields written before a bad one are taken back`() throws {
        // HTTPField makes values legal, its lenient initialiser all but NUL, CR and LF.
        let lenient = HTTPField(name: .location, lenientValue: Array("a\u{1}b".utf8))
        var fields: HTTPFields = [.accept: "a"]
        fields.append(lenient)
        var buffer = ByteBuffer(string: "kept")
        #expect(throws: HTTPWriteError.self) { try buffer.writeFields(fields) }
        #expect(String(buffer: buffer) == "kept")
        let pseudo = try #require(HTTPField.Name(parsed: ":path"))
        #expect(throws: HTTPWriteError.self) { try buffer.writeField(pseudo, "/") }
        #expect(String(buffer: buffer) == "kept")
    }

    @Test func `values that HTTPField makes legal cannot split a message`() throws {
        var fields = HTTPFields()
        fields[.location] = "a\r\nSet-Cookie: b"
        #expect(try written { try $0.writeFields(fields) }.split(separator: "\r\n").count == 1)
    }

    @Test func `status lines`() {
        #expect(written { $0.writeStatusLine(.ok) } == "HTTP/1.1 200 OK\r\n")
        #expect(written { $0.writeStatusLine(.init(code: 200)) } == "HTTP/1.1 200 OK\r\n")
        #expect(written { $0.writeStatusLine(.ok, version: .http1_0) } == "HTTP/1.0 200 OK\r\n")
        #expect(written { $0.writeStatusLine(.init(code: 404), version: .http1_0) } == "HTTP/1.0 404 Not Found\r\n")
        #expect(written { $0.writeStatusLine(.init(code: 200, reasonPhrase: "KO")) } == "HTTP/1.1 200 KO\r\n")
        #expect(written { $0.writeStatusLine(.init(code: 200, reasonPhrase: "Fine")) } == "HTTP/1.1 200 Fine\r\n")
        #expect(written { $0.writeStatusLine(.init(code: 299)) } == "HTTP/1.1 299 \r\n")
        #expect(written { $0.writeStatusLine(.init(code: 7)) } == "HTTP/1.1 007 \r\n")
        var buffer = ByteBuffer()
        buffer.writeStatusLine(.init(code: 200, reasonPhrase: "é"))
        #expect(Array(buffer.readableBytesView) == Array("HTTP/1.1 200 ".utf8) + [0xE9, 0x0D, 0x0A])
    }

    @Test(arguments: ["OK\r\nX: y", "a\nb", "a\rb", "\u{0}", "\u{7F}", "☃", "a\u{1}b", "\u{85}\u{2028}"])
    func `reason phrases cannot split a message`(_ phrase: String) {
        var buffer = ByteBuffer()
        buffer.writeStatusLine(.init(code: 200, reasonPhrase: phrase))
        let bytes = Array(buffer.readableBytesView)
        #expect(bytes.filter { $0 == 0x0D || $0 == 0x0A } == [0x0D, 0x0A])
        #expect(bytes.dropLast(2).allSatisfy { $0 >= 0x20 && $0 != 0x7F })
    }

    @Test func `every registered status line is well formed`() throws {
        for code in 100...999 {
            var buffer = ByteBuffer()
            buffer.writeStatusLine(.init(code: code))
            buffer.writeEndOfHead()
            var parser = ResponseHeadParser()
            let head = try #require(try parser.parse(&buffer, requestMethod: .get))
            #expect(head.statusCode == code)
            #expect(head.reasonPhrase == HTTPResponse.Status.reasonPhrase(forCode: code) ?? "")
        }
    }

    @Test func `numbers`() {
        for number in [0, 1, 9, 10, 99, 100, 12_345, Int.max, -1, Int.min] {
            #expect(written { $0.writeDecimal(number) } == String(number))
            var buffer = ByteBuffer()
            #expect(buffer.writeDecimal(number) == String(number).utf8.count)
        }
        #expect(written { $0.writeDecimal(Int.max) } == String(Int.max))
        #expect(written { $0.writeDecimal(Int.min) } == String(Int.min))
        for number: UInt64 in [0, 1, 9, 10, 15, 16, 255, 256, 0xDEAD_BEEF, .max] {
            #expect(written { $0.writeHex(number) } == String(number, radix: 16))
        }
    }
}
