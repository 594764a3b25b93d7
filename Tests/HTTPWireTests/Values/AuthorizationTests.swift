import HTTPTypes
import Testing

@testable import HTTPWire

@Suite("Credentials (RFC 9110 section 11.4)")
struct AuthorizationTests {
    @Test("are a scheme and a token, or parameters")
    func reading() throws {
        let token = try #require(Authorization("bEARER   abc-._~+/=="))
        #expect(token.scheme == "bEARER")
        #expect(token.token68 == "abc-._~+/==")
        #expect(token.parameters.isEmpty)
        #expect(token.isScheme("Bearer") && !token.isScheme("Basic"))
        #expect(token.bearerToken == "abc-._~+/==")
        #expect(token.basic == nil)

        let digest = try #require(Authorization("Digest username=\"a, b\", URI = \"/\",nc=00000001"))
        #expect(digest.scheme == "Digest")
        #expect(digest.token68 == nil)
        #expect(digest.parameters.map(\.name) == ["username", "uri", "nc"])
        #expect(digest.parameters["username"] == "a, b")
        #expect(digest.bearerToken == nil)

        let alone = try #require(Authorization("Negotiate"))
        #expect(alone.token68 == nil && alone.parameters.isEmpty)
        #expect(Authorization("Bearer")?.bearerToken == nil)
        #expect(Authorization("Bearer a=b")?.bearerToken == nil)
    }

    @Test(
        "are nothing else",
        arguments: [
            "", " Basic", "Basic\tabc", "Basic abc def", "Basic abc,", "Basic abc, Bearer def", "Basic ,",
            "Basic \"a\"", "Basic @", "@ abc", "Basic,abc", "Basic a=b, c", "Basic a=\"b", "Basic ===", "Bearer a;b",
        ]
    )
    func malformed(text: String) {
        #expect(Authorization(text) == nil)
    }

    @Test(
        "of the scheme Basic are a user name and a password in UTF-8 (RFC 7617)",
        arguments: [
            ("Aladdin:open sesame", ("Aladdin", "open sesame")), ("test:123\u{A3}", ("test", "123\u{A3}")),
            ("a:b:c", ("a", "b:c")), (":", ("", "")), ("a:", ("a", "")), (":b", ("", "b")),
            ("a:\u{301}b", ("a", "\u{301}b")), ("abc", nil), ("", nil), ("a\u{0}:b", nil), ("a:b\r\n", nil),
            ("a:b\u{7F}", nil),
        ] as [(String, (String, String)?)]
    )
    func basic(text: String, parts: (String, String)?) throws {
        for scheme in ["Basic", "BASIC"] {
            let credentials = Authorization("\(scheme) \(Base64.encode(text.utf8))")?.basic
            #expect(credentials?.username == parts?.0)
            #expect(credentials?.password == parts?.1)
        }
    }

    @Test("of the scheme Basic are nothing else")
    func noBasic() throws {
        // The example of RFC 7617 section 2.1, then in ISO 8859-1, without padding, with wrong padding, and not Base64.
        #expect(Authorization("Basic dGVzdDoxMjPCow==")?.basic?.password == "123\u{A3}")
        for token in ["dGVzdDoxMjOj", "dGVzdDoxMjPCow", "dGVzdDoxMjPCow=", "dGVzdDoxMjPCox==", "a-b_", "="] {
            #expect(Authorization("Basic \(token)")?.basic == nil, "\(token)")
        }
        #expect(Authorization("Other dGVzdDoxMjPCow==")?.basic == nil)
    }

    @Test("are one field, and show no secret")
    func fields() throws {
        var fields: HTTPFields = [.authorization: "Bearer secret"]
        #expect(fields.authorization?.bearerToken == "secret")
        fields.append(HTTPField(name: .authorization, value: "Bearer secret"))
        #expect(fields.authorization?.bearerToken == "secret")
        fields.append(HTTPField(name: .authorization, value: "Bearer other"))
        #expect(fields.authorization == nil)
        let value = try #require(Authorization("Bearer secret"))
        var dumped = ""
        dump(value, to: &dumped)
        for text in ["\(value)", String(reflecting: value), dumped] { #expect(!text.contains("secret"), "\(text)") }
    }
}
