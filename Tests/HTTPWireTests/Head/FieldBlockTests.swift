import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@Suite struct FieldBlockTests {
    private func block(_ bytes: [UInt8]) throws -> FieldBlock {
        var parser = ResponseHeadParser()
        var buffer = ByteBuffer(bytes: Array("HTTP/1.1 200 OK\r\n".utf8) + bytes + Array("\r\n".utf8))
        return try #require(try parser.parse(&buffer, requestMethod: .get)).fields
    }

    @Test func `finds fields whatever the case`() throws {
        let fields = try block(Array("Accept: a\r\naccept: b\r\nX-Long-Name-Of-A-Field: c\r\n".utf8))
        #expect(fields.count == 3)
        #expect(!fields.isEmpty)
        #expect(fields.value(.accept) == "a")
        #expect(fields.values(.accept) == ["a", "b"])
        #expect(fields.contains(.accept))
        #expect(fields.value(try #require(HTTPField.Name("x-lONG-nAME-oF-a-fIELD"))) == "c")
        #expect(!fields.contains(.acceptEncoding))
        #expect(fields.value(.referer) == nil)
        #expect(fields.values(.referer).isEmpty)
        #expect(FieldBlock().isEmpty)
        #expect(FieldBlock().value(.accept) == nil)
        #expect(FieldBlock().makeHTTPFields().isEmpty)
    }

    @Test func `bytes from 0x80 on survive`() throws {
        let fields = try block(Array("A: ".utf8) + [0xC3, 0xA4, 0x0D, 0x0A] + Array("B: ".utf8) + [0xE4, 0x0D, 0x0A])
        let (a, b) = (try #require(HTTPField.Name("a")), try #require(HTTPField.Name("b")))
        #expect(fields.value(a) == "ä")
        #expect(fields.value(b) == "ä")
        let made = fields.makeHTTPFields()
        #expect(made[0].withUnsafeBytesOfValue { Array($0) } == [0xC3, 0xA4])
        #expect(made[1].withUnsafeBytesOfValue { Array($0) } == [0xE4])
        var buffer = ByteBuffer()
        try buffer.writeFields(made)
        #expect(
            Array(buffer.readableBytesView) == Array("A: ".utf8) + [0xC3, 0xA4, 0x0D, 0x0A] + Array("B: ".utf8) + [
                0xE4, 0x0D, 0x0A,
            ]
        )
    }

    @Test func `makes fields in order and in their spelling`() throws {
        let names = [
            "Host", "host", "HOST", "Accept-Encoding", "accept-encoding", "Upgrade-Insecure-Requests", "X-Unknown",
            "sec-ch-ua-platform", "Sec-CH-UA-Platform", "If-Modified-Since", "a", "!",
        ]
        let fields = try block(Array(names.map { "\($0): v-\($0)\r\n" }.joined().utf8)).makeHTTPFields()
        #expect(fields.map(\.name.rawName) == names)
        #expect(fields.map(\.name.canonicalName) == names.map { $0.lowercased() })
        #expect(fields.map(\.value) == names.map { "v-\($0)" })
    }
}
