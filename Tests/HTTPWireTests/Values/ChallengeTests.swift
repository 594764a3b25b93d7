import HTTPTypes
import Testing

@testable import HTTPWire

@Suite("Challenges (RFC 9110 section 11.6.1)")
struct ChallengeTests {
    @Test(
        "are read, commas and all",
        arguments: [
            ("", []),
            ("Basic", ["Basic"]),
            ("Basic realm=\"simple\"", ["Basic realm=\"simple\""]),
            ("BASIC REALM=simple", ["BASIC realm=\"simple\""]),
            ("Basic realm = \"a, b\"", ["Basic realm=\"a, b\""]),
            ("Basic   realm=\"\"", ["Basic realm=\"\""]),
            ("Basic realm=\"a\\\"b\\\\c\"", ["Basic realm=\"a\\\"b\\\\c\""]),
            ("Basic , realm=\"x\"", ["Basic realm=\"x\""]),
            (
                // The example of the section.
                "Basic realm=\"simple\", Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\"",
                ["Basic realm=\"simple\"", "Newauth realm=\"apps\", type=\"1\", title=\"Login to \\\"apps\\\"\""]
            ),
            (",, Basic realm=x,, Digest nonce=y ,", ["Basic realm=\"x\"", "Digest nonce=\"y\""]),
            ("Negotiate, NTLM", ["Negotiate", "NTLM"]),
            ("Negotiate YII+/-._~==, Basic realm=x", ["Negotiate YII+/-._~==", "Basic realm=\"x\""]),
            ("Negotiate a=", ["Negotiate a="]),
            ("Negotiate abc", ["Negotiate abc"]),
            (
                "Digest realm=\"r\", qop=\"auth,auth-int\", algorithm=SHA-256, stale=TRUE, Basic realm=\"r\"",
                [
                    "Digest realm=\"r\", qop=\"auth,auth-int\", algorithm=SHA-256, stale=TRUE", "Basic realm=\"r\"",
                ]
            ),
            (
                "Bearer error=\"invalid_token\",error_description=\"x\"",
                ["Bearer error=\"invalid_token\", error_description=\"x\""]
            ),
            ("Basic realm=\"\u{FC}\"", ["Basic realm=\"\u{FC}\""]),
        ] as [(String, [String])]
    )
    func reading(text: String, challenges: [String]) {
        #expect(Challenge.parse(text).map(\.description) == challenges)
    }

    @Test(
        "are left out when malformed, and harm no other",
        arguments: [
            ("realm=\"x\"", []),
            ("realm=\"x\", Basic realm=y", ["Basic realm=\"y\""]),
            ("Basic realm=\"x, Digest nonce=y", []),
            ("Basic realm=, Digest nonce=y", ["Basic realm=", "Digest nonce=\"y\""]),
            ("Basic realm=x y, Digest nonce=y", ["Digest nonce=\"y\""]),
            ("Basic a=b, c=, d=e, Digest nonce=y", ["Digest nonce=\"y\""]),
            ("Basic a=b, c=\"d\"e, f=g, Digest nonce=y", ["Digest nonce=\"y\""]),
            ("Basic realm=\"x\"; a=b, Digest nonce=y", ["Digest nonce=\"y\""]),
            ("Negotiate abc, realm=x, Digest nonce=y", ["Digest nonce=\"y\""]),
            ("@, Digest nonce=y", ["Digest nonce=\"y\""]),
            ("Basic\"x\", Digest nonce=y", ["Digest nonce=\"y\""]),
            ("Basic realm=\"\u{1}\", Digest nonce=y", ["Digest nonce=\"y\""]),
        ] as [(String, [String])]
    )
    func malformed(text: String, challenges: [String]) {
        #expect(Challenge.parse(text).map(\.description) == challenges)
    }

    @Test("have a scheme and parameters, whatever the case")
    func parts() throws {
        let challenge = try #require(Challenge.parse("dIGEST Realm=\"r\", Nonce=n").first)
        #expect(challenge.isScheme("Digest"))
        #expect(!challenge.isScheme("Basic"))
        #expect(challenge.realm == "r")
        #expect(challenge.parameters["NONCE"] == "n")
        #expect(challenge.token68 == nil)
        #expect(Challenge.parse("Negotiate abc=").first?.token68 == "abc=")
    }

    @Test("stand in several fields")
    func fields() {
        var fields = HTTPFields()
        fields.append(HTTPField(name: .wwwAuthenticate, value: "Basic realm=\"a"))
        fields.append(HTTPField(name: .wwwAuthenticate, value: "Digest nonce=x, Negotiate"))
        fields.append(HTTPField(name: .proxyAuthenticate, value: "Basic realm=p"))
        #expect(fields.challenges(in: .wwwAuthenticate).map(\.scheme) == ["Digest", "Negotiate"])
        #expect(fields.challenges(in: .proxyAuthenticate).map(\.realm) == ["p"])
        #expect(HTTPFields().challenges(in: .wwwAuthenticate).isEmpty)
    }

    @Test("are made of checked parts")
    func making() throws {
        let challenge = try Challenge(
            scheme: "Basic",
            parameters: FieldParameters(["realm": "a\"b", "charset": "UTF-8"])
        )
        #expect(challenge.description == "Basic realm=\"a\\\"b\", charset=\"UTF-8\"")
        #expect(Challenge.parse(challenge.description) == [challenge])
        #expect(throws: FieldValueError.notAToken("a b")) { try Challenge(scheme: "a b") }
        #expect(throws: FieldValueError.invalidParameter(name: "x")) {
            try Challenge(scheme: "Basic", parameters: FieldParameters(["x": nil]))
        }
    }

    @Test(
        "lists of parameters alone (RFC 7615)",
        arguments: [
            ("", ""), ("nextnonce=\"a,b\", nc=00000001,qop=auth", "; nextnonce=\"a,b\"; nc=00000001; qop=auth"),
            ("a=b; c=d", nil), ("Digest a=b", nil), ("a", nil),
        ] as [(String, String?)]
    )
    func lists(text: String, description: String?) {
        #expect(FieldParameters(list: text)?.description == description)
    }

    @Test("R20: are read in time that grows with their length only")
    func long() {
        // With a copy of all parameters for each of them this takes minutes.
        let text = "Digest " + (0..<60_000).map { "p\($0)=v" }.joined(separator: ", ")
        let challenges = Challenge.parse(text + ", Basic realm=x")
        #expect(challenges.count == 2)
        #expect(challenges.first?.parameters.count == 60_000)
        #expect(challenges.last?.realm == "x")
    }
}
