import HTTPWire
import Testing

@testable import MartletTelemetry

@Suite("Queries in spans")
struct QueryRedactionTests {
    @Test("have no secrets")
    func secrets() {
        let redaction = QueryRedaction(["pin"])
        for (query, redacted) in [
            ("", ""), ("a=1&b=2", "a=1&b=2"), ("token=x", "token=REDACTED"), ("TOKEN=x&a=1", "TOKEN=REDACTED&a=1"),
            ("%74oken=x", "%74oken=REDACTED"), ("a=token", "a=token"), ("token", "token"), ("token=", "token=REDACTED"),
            ("pin=1234&spin=5", "pin=REDACTED&spin=5"), ("&&a=1&", "&&a=1&"), ("token=a=b", "token=REDACTED"),
            ("%ff=x", "%ff=REDACTED"), ("X-Amz-Signature=abc&Sig=d", "X-Amz-Signature=REDACTED&Sig=REDACTED"),
        ] {
            #expect(redaction.redacted(query) == redacted)
        }
    }

    @Test("of URLs neither, nor the user's name and password")
    func urls() throws {
        let redaction = QueryRedaction()
        for (url, redacted) in [
            ("http://user:pw@example.com/a?code=1#f", "http://example.com/a?code=REDACTED"),
            ("https://example.com", "https://example.com/"), ("http://[::1]:81/?x=é", "http://[::1]:81/?x=%C3%A9"),
        ] {
            #expect(redaction.redacted(try #require(HTTPURL(url))) == redacted)
        }
    }
}
