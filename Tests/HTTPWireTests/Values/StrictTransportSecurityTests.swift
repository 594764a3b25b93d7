import HTTPTypes
import HTTPWire
import Testing

@Suite("Strict-Transport-Security (RFC 6797)")
struct StrictTransportSecurityTests {
    @Test(
        "is read as section 6.1 says, with the examples of section 6.2",
        arguments: [
            ("max-age=31536000", StrictTransportSecurity()),
            ("max-age=15768000 ; includeSubDomains", .init(maxAge: 15_768_000, includeSubDomains: true)),
            ("max-age=\"31536000\"", .init()),
            ("max-age=0", .init(maxAge: 0)),
            ("max-age=0; includeSubDomains", .init(maxAge: 0, includeSubDomains: true)),
            ("includesubdomains;MAX-AGE=1;preload", .init(maxAge: 1, includeSubDomains: true, preload: true)),
            (" ; ;max-age = 1; ; other; another=\"a;b\" ", .init(maxAge: 1)),
            ("max-age=\"\\31\"", .init(maxAge: 31)),
            ("max-age=007", .init(maxAge: 7)),
            ("max-age=99999999999999999999", .init(maxAge: .max)),
            ("max-age=1; preload=no", .init(maxAge: 1)),
        ]
    )
    func reading(text: String, policy: StrictTransportSecurity) {
        #expect(StrictTransportSecurity(text) == policy)
    }

    @Test(
        "counts for nothing when it is malformed (section 8.1)",
        arguments: [
            "", ";", "includeSubDomains", "max-age", "max-age=", "max-age=-1", "max-age=+1", "max-age=1.5",
            "max-age=1s",
            "max-age=\"\"", "max-age=\"1", "max-age=1 2", "max-age=1; max-age=1", "max-age=1; Max-Age=2",
            "max-age=1; includeSubDomains; INCLUDESUBDOMAINS", "max-age=1; includeSubDomains=1",
            "max-age=1, includeSubDomains", "max-age=1; =", "max-age=1; a=", "max-age=1; a b", "max-age=1; \"a\"",
            "max-age=1; é", "max-age=١",
        ]
    )
    func malformed(text: String) {
        #expect(StrictTransportSecurity(text) == nil)
    }

    @Test("is written so that it is read as the same")
    func writing() {
        let policies: [(StrictTransportSecurity, String)] = [
            (.init(), "max-age=31536000"), (.init(maxAge: -1), "max-age=0"),
            (.init(maxAge: 1, includeSubDomains: true), "max-age=1; includeSubDomains"),
            (
                .init(maxAge: 63_072_000, includeSubDomains: true, preload: true),
                "max-age=63072000; includeSubDomains; preload"
            ),
        ]
        for (policy, text) in policies {
            #expect(policy.description == text)
            #expect(StrictTransportSecurity(text) == policy)
        }
    }

    @Test("is a property of fields, of which the first one counts")
    func fields() {
        var fields = HTTPFields()
        #expect(fields.strictTransportSecurity == nil)
        fields.strictTransportSecurity = StrictTransportSecurity(maxAge: 1)
        #expect(fields[.strictTransportSecurity] == "max-age=1")
        fields.append(HTTPField(name: .strictTransportSecurity, value: "max-age=2"))
        #expect(fields.strictTransportSecurity == StrictTransportSecurity(maxAge: 1))
        fields.strictTransportSecurity = nil
        #expect(fields.isEmpty)
    }
}
