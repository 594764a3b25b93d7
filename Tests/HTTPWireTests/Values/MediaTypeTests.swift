import Testing

@testable import HTTPWire

@Suite("Media types (RFC 9110 section 8.3.1)")
struct MediaTypeTests {
    @Test(
        "are read, names in lower case, and written back",
        arguments: [
            ("text/html", "text/html"),
            ("TEXT/HTML", "text/html"),
            (" text/html\t", "text/html"),
            ("text/html;charset=UTF-8", "text/html; charset=utf-8"),
            ("Text/HTML ; Charset=\"UTF-8\"", "text/html; charset=utf-8"),
            ("text/html; charset=utf-8; a=B", "text/html; charset=utf-8; a=B"),
            ("text/html;;; a=b ;", "text/html; a=b"),
            ("a/b; c=\"d e\"", "a/b; c=\"d e\""),
            ("a/b; c=\"\"", "a/b; c=\"\""),
            ("a/b; c=\"\\d\\\"\\\\\"", "a/b; c=\"d\\\"\\\\\""),
            ("a/b; c=\"é;,\"", "a/b; c=\"é;,\""),
            ("application/vnd.api+json", "application/vnd.api+json"),
            ("multipart/form-data; boundary=\"a:b\"", "multipart/form-data; boundary=\"a:b\""),
            ("*/*", "*/*"),
        ]
    )
    func reading(text: String, description: String) throws {
        let type = try #require(MediaType(text))
        #expect(type.description == description)
        #expect(MediaType(description) == type, "the text is a fixed point")
    }

    @Test(
        "are nil when malformed, at once and not when used",
        arguments: [
            "", " ", "/", "text", "text/", "/html", "text /html", "text/ html", "text/html/x", "te xt/html",
            "text/html charset=utf-8", "text/html; charset", "text/html; charset=", "text/html; =utf-8",
            "text/html; charset =utf-8", "text/html; charset= utf-8", "text/html; charset=\"x",
            "text/html; charset=\"x\"y", "a/b; c=d e", "a/b; c=\"\\", "a/b; c=\"a\r\nb\"", "a/b; c=\"\u{7F}\"",
            "a/b, c/d", "text/html\r\nX: y", "text/html\u{0}", "é/b", "a/b; é=c", "a/b; c=é", "text/html; a=b,",
        ]
    )
    func malformed(text: String) {
        #expect(MediaType(text) == nil)
    }

    @Test("have parts")
    func parts() throws {
        let type = try #require(MediaType("Text/HTML; CHARSET=UTF-8; Level=\"1\"; level=2"))
        #expect(type.type == "text")
        #expect(type.subtype == "html")
        #expect(type.essence == "text/html")
        #expect(type.charset == "utf-8")
        #expect(type.parameters["LEVEL"] == "1", "the first of several counts")
        #expect(type.parameters.map(\.name) == ["charset", "level", "level"])
        #expect(type.parameters["missing"] == nil)
    }

    @Test("are made of checked parts")
    func making() throws {
        #expect(try MediaType(type: "Text", subtype: "Plain", charset: "UTF-8") == .plainText)
        let parameters = try FieldParameters(["charset": "latin1", "x": "y z"])
        let type = try MediaType(type: "text", subtype: "plain", charset: "utf-8", parameters: parameters)
        #expect(type.description == "text/plain; x=\"y z\"; charset=utf-8")
        #expect(throws: FieldValueError.notAToken("")) { try MediaType(type: "", subtype: "") }
        #expect(throws: FieldValueError.notAToken("a/b")) { try MediaType(type: "a/b", subtype: "c") }
        #expect(throws: FieldValueError.notAToken("x\r\ny")) {
            try MediaType(type: "a", subtype: "b", charset: "x\r\ny")
        }
        #expect(throws: FieldValueError.invalidParameter(name: "a")) { try FieldParameters(["a": "x\r\ny"]) }
        #expect(throws: FieldValueError.notAToken("a b")) { try FieldParameters(["a b": "c"]) }
        #expect(throws: FieldValueError.invalidParameter(name: "flag")) {
            try MediaType(type: "a", subtype: "b", parameters: FieldParameters(["flag": nil]))
        }
    }

    @Test("that Dart has as constants have Dart's text")
    func constants() {
        #expect(MediaType.plainText.description == "text/plain; charset=utf-8")
        #expect(MediaType.html.description == "text/html; charset=utf-8")
        #expect(MediaType.json.description == "application/json; charset=utf-8")
        #expect(MediaType.octetStream.description == "application/octet-stream")
        for type in [
            MediaType.css, .csv, .javascript, .eventStream, .problemJSON, .xml, .formURLEncoded, .multipartFormData,
            .pdf,
            .wasm, .svg, .png, .jpeg, .any,
        ] {
            #expect(MediaType(type.description) == type)
        }
    }

    @Test(
        "match ranges (RFC 9110 section 12.5.1)",
        arguments: [
            ("text/html", "*/*", true), ("text/html", "text/*", true), ("text/html", "text/html", true),
            ("text/html; charset=utf-8", "text/html", true),
            ("text/html; charset=utf-8", "text/html;charset=UTF-8", true),
            ("text/html", "text/html; q=0.5", true), ("text/html", "text/html; level=1", false),
            ("text/html", "text/plain", false), ("text/html", "image/*", false), ("text/html", "tex/*", false),
        ]
    )
    func ranges(type: String, range: String, matches: Bool) throws {
        let range = try #require(MediaType(range))
        let type = try #require(MediaType(type))
        #expect(type.matches(range) == matches)
    }

    @Test(
        "are worth compressing or not",
        arguments: [
            ("text/plain", true), ("text/html; charset=utf-8", true), ("text/css", true), ("application/json", true),
            ("application/problem+json", true), ("application/xml", true), ("application/atom+xml", true),
            ("application/javascript", true), ("image/svg+xml", true), ("application/wasm", true), ("font/ttf", true),
            ("text/event-stream", false), ("image/png", false), ("image/jpeg", false), ("video/mp4", false),
            ("audio/mpeg", false), ("application/zip", false), ("application/gzip", false), ("font/woff2", false),
            ("application/octet-stream", false), ("application/pdf", false), ("multipart/form-data", false),
        ]
    )
    func compressible(text: String, isCompressible: Bool) throws {
        let type = try #require(MediaType(text))
        #expect(type.isCompressible == isCompressible)
    }

    @Test("survive every byte in every place of a value")
    func allBytes() {
        for byte in UInt8.min...0x7F {
            let character = String(UnicodeScalar(byte))
            for text in [
                "a/b\(character)", "a/b;\(character)", "a/b;c=\(character)", "a/b;c=\"\(character)\"", character,
            ] {
                guard let type = MediaType(text) else { continue }
                #expect(!type.description.utf8.contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F })
                #expect(MediaType(type.description) == type)
            }
        }
    }
}

@Suite("Values with parameters (RFC 9110 section 5.6.6)")
struct HeaderValueTests {
    @Test(
        "are read and written",
        arguments: [
            ("attachment; filename=\"a b.txt\"", "attachment; filename=\"a b.txt\""),
            ("permessage-deflate;client_max_window_bits", "permessage-deflate; client_max_window_bits"),
            (" a b ;C=d", "a b; c=d"),
            ("", ""),
            (";a=b", "; a=b"),
        ]
    )
    func reading(text: String, description: String) {
        #expect(HeaderValue(text)?.description == description)
    }

    @Test("are nil when malformed", arguments: ["a; b=", "a; b=\"", "a; b=c d", "a, b", "a\r\n; b=c", "a\"b\""])
    func malformed(text: String) {
        #expect(HeaderValue(text) == nil)
    }

    @Test("are made of parts")
    func making() throws {
        let parameters = try FieldParameters(["Filename": "a \"b\".txt", "flag": nil])
        let value = try HeaderValue(value: "attachment", parameters: parameters)
        #expect(value.description == "attachment; filename=\"a \\\"b\\\".txt\"; flag")
        #expect(HeaderValue(value.description) == value)
    }

    @Test("tell a parameter without value from none")
    func missingValues() {
        let value = HeaderValue("a; flag; b=c")
        #expect(value?.value == "a")
        #expect(value?.parameters.contains(name: "FLAG") == true)
        #expect(value?.parameters["flag"] == nil)
        #expect(value?.parameters["b"] == "c")
        #expect(value?.parameters.contains(name: "c") == false)
    }

    @Test("are made of checked parts", arguments: ["a;b", "a,b", "a\r\nb", "a\u{0}", " a", "a ", "\"a"])
    func injection(text: String) {
        #expect(throws: FieldValueError.invalidValue(text)) { try HeaderValue(value: text) }
    }
}
