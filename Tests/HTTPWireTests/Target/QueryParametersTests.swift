import Testing

@testable import HTTPWire

@Suite("Query parameters (WHATWG URL section 5)")
struct QueryParametersTests {
    @Test(
        "S9: are read in order, repeated names kept, a lone percent sign standing for itself",
        arguments: [
            ("", [:]),
            ("a=1", ["a": "1"]),
            ("a=1&b=2&a=3", ["a": "1", "b": "2", "a": "3"]),
            ("a", ["a": ""]),
            ("a=", ["a": ""]),
            ("=b", ["": "b"]),
            ("=", ["": ""]),
            ("&&a=1&&", ["a": "1"]),
            ("a=b=c", ["a": "b=c"]),
            ("a+b=c+d", ["a b": "c d"]),
            ("a%20b=c%2Bd%26%3d", ["a b": "c+d&="]),
            ("%C3%A9=%E2%82%AC", ["é": "€"]),
            ("a=%00", ["a": "\u{0}"]),
            ("a;b=c", ["a;b": "c"]),
            ("q=100%", ["q": "100%"]),
            ("%=%&%4=%4&%zz=%zz", ["%": "%", "%4": "%4", "%zz": "%zz"]),
            ("a=%%41%2&b=%25", ["a": "%A%2", "b": "%"]),
            ("a=é%", ["a": "é%"]),
        ] as [(String, QueryParameters)]
    )
    func reading(text: String, parameters: QueryParameters) throws {
        let found = try QueryParameters(text)
        #expect(found == parameters)
        #expect(try QueryParameters(found.description) == found, "what is written reads the same")
    }

    @Test("are decoded in the character set that a form was sent in")
    func encodings() throws {
        #expect(try QueryParameters("a=gr%FCn+%FC", encoding: .latin1) == ["a": "gr\u{FC}n \u{FC}"])
        #expect(try QueryParameters("%80=1", encoding: .windows1252) == ["\u{20AC}": "1"])
        #expect(throws: QueryParameters.ParsingError.decoding(.invalidText(.ascii))) {
            try QueryParameters("a=%FC", encoding: .ascii)
        }
    }

    @Test("are looked up: the last one, as in Dart, or all")
    func lookup() throws {
        let parameters = try QueryParameters("a=1&b=2&a=3")
        #expect(parameters["a"] == "3")
        #expect(parameters.all("a") == ["1", "3"])
        #expect(parameters["A"] == nil)
        #expect(parameters.all("c") == [])
    }

    @Test(
        "that cannot be decoded are an error, never left out",
        arguments: [
            ("a=%FF", PercentEncoding.DecodingError.invalidUTF8), ("a=%C3&b=1", .invalidUTF8), ("%80=1", .invalidUTF8),
            ("a=%zz%FF", .invalidUTF8),
        ]
    )
    func undecodable(text: String, error: PercentEncoding.DecodingError) {
        #expect(throws: QueryParameters.ParsingError.decoding(error)) { try QueryParameters(text) }
    }

    @Test("are limited in number")
    func limit() throws {
        let text = String(repeating: "a&", count: 1000)
        #expect(try QueryParameters(text).count == 1000)
        #expect(throws: QueryParameters.ParsingError.tooMany(limit: 1000)) { try QueryParameters(text + "a") }
        #expect(try QueryParameters(text + "a", limit: 1001).count == 1001)
        #expect(throws: QueryParameters.ParsingError.tooMany(limit: 0)) { try QueryParameters("a", limit: 0) }
    }

    @Test("are written encoded")
    func writing() {
        var parameters: QueryParameters = ["a b": "c&d=e", "é": "-._~*"]
        parameters.append(name: "", value: "\r\n")
        #expect(parameters.description == "a+b=c%26d%3De&%C3%A9=-._~%2A&=%0D%0A")
    }
}

@Suite("Percent-encoding (RFC 3986 section 2.1)")
struct PercentEncodingTests {
    @Test("writes what the place allows")
    func encoding() {
        #expect(PercentEncoding.encode("a b/é?", as: .pathSegment) == "a%20b%2F%C3%A9%3F")
        #expect(PercentEncoding.encode("a:@!$&'()*+,;=", as: .pathSegment) == "a:@!$&'()*+,;=")
        #expect(PercentEncoding.encode("a b+c&", as: .queryComponent) == "a+b%2Bc%26")
        #expect(PercentEncoding.encode("a b", as: .unreserved) == "a%20b")
        #expect(PercentEncoding.encode("", as: .unreserved) == "")
    }

    @Test("reads back every byte that it wrote")
    func roundTrip() throws {
        let text = String(String.UnicodeScalarView((0...0x3FF).compactMap(UnicodeScalar.init)))
        for component in [PercentEncoding.Component.pathSegment, .unreserved] {
            #expect(try PercentEncoding.decode(PercentEncoding.encode(text, as: component)) == text)
        }
        let query = PercentEncoding.encode(text, as: .queryComponent)
        #expect(try PercentEncoding.decode(query, plusIsSpace: true) == text)
        for byte in UInt8.min ... .max {
            let hex = String(byte, radix: 16)
            let escape = "%" + (hex.utf8.count == 1 ? "0" + hex : hex)
            #expect(try PercentEncoding.decodeBytes(escape) == [byte])
            #expect(try PercentEncoding.decodeBytes(escape.uppercased()) == [byte])
        }
    }

    @Test("keeps a plus unless asked")
    func plus() throws {
        #expect(try PercentEncoding.decode("a+b%2B") == "a+b+")
        #expect(try PercentEncoding.decode("a+b%2B", plusIsSpace: true) == "a b+")
        #expect(try PercentEncoding.decode("a+b", plusIsSpace: true) == "a b")
    }

    @Test("reports what is wrong")
    func errors() {
        #expect(throws: PercentEncoding.DecodingError.invalidEscape(offset: 1)) { try PercentEncoding.decode("a%") }
        #expect(throws: PercentEncoding.DecodingError.invalidUTF8) { try PercentEncoding.decode("%C3%28") }
        #expect(
            "\(PercentEncoding.DecodingError.invalidEscape(offset: 1))"
                == "Two hexadecimal digits must follow the % at offset 1"
        )
    }
}
