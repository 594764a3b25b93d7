import HTTPWire
import Martlet
import Testing

@Suite("Credentials")
struct HTTPCredentialsTests {
    @Test(
        "basic ones are Base64 of UTF-8 (RFC 7617 section 2)",
        arguments: [
            ("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
            ("test", "123\u{A3}", "Basic dGVzdDoxMjPCow=="),
            ("", "", "Basic Og=="),
            ("u", "a:b", "Basic dTphOmI="),
        ]
    )
    func basic(username: String, password: String, value: String) {
        let credentials = HTTPCredentials.basic(username: username, password: password)
        #expect(credentials.authorization == value)
        #expect(credentials.scheme == .basic)
        #expect(credentials.username == username)
    }

    @Test(
        "bearer tokens are token68 (RFC 6750 section 2.1)",
        arguments: [
            ("mF_9.B5f-4.1JqM", true), ("abc==", true), ("a-._~+/Z09", true),
            ("", false), ("=", false), ("a=b", false), ("a b", false), ("a\r\nX: y", false), ("\u{FC}", false),
            ("a,b", false), ("a\"", false),
        ]
    )
    func bearer(token: String, isValid: Bool) throws {
        guard isValid else {
            #expect(throws: HTTPCredentialsError.invalidToken) { try HTTPCredentials.bearer(token) }
            return
        }
        let credentials = try HTTPCredentials.bearer(token)
        #expect(credentials.authorization == "Bearer \(token)")
        #expect(credentials.scheme == .bearer)
        #expect(credentials.username == nil)
    }

    @Test("digest ones need a challenge first")
    func digest() {
        #expect(HTTPCredentials.digest(username: "u", password: "p").authorization == nil)
        #expect(HTTPCredentials.digest(username: "u", password: "p").scheme == .digest)
    }

    @Test("never show their secret")
    func secrecy() throws {
        let all = [
            HTTPCredentials.basic(username: "u", password: "SECRET"), .digest(username: "u", password: "SECRET"),
            try .bearer("SECRET"),
        ]
        for credentials in all {
            var dumped = ""
            dump(credentials, to: &dumped)
            for text in ["\(credentials)", String(reflecting: credentials), dumped] {
                #expect(!text.contains("SECRET"))
                #expect(!text.contains("U0VDUkVU"))
            }
        }
        #expect("\(all[0])" == "Basic credentials of u")
        #expect("\(all[2])" == "Bearer credentials")
    }
}
