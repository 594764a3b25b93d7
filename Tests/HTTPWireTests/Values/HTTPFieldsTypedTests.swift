import HTTPTypes
import Testing

@testable import HTTPWire

@Suite("Fields as values")
struct HTTPFieldsTypedTests {
    @Test(
        "Content-Length is digits, and repeated ones agree (RFC 9110 section 8.6)",
        arguments: [
            ([], nil), (["0"], 0), (["42"], 42), (["042"], 42), (["9223372036854775807"], .max),
            (["42", "42"], 42), (["42, 42"], 42),
            (["9223372036854775808"], nil), ([""], nil), (["-1"], nil), (["+1"], nil), (["1 2"], nil), (["0x1"], nil),
            (["1.0"], nil), (["42", "43"], nil), (["42, 43"], nil), (["42,"], nil), ([",42"], nil), (["42", ""], nil),
            (["٤"], nil),
        ] as [([String], Int?)]
    )
    func contentLength(values: [String], length: Int?) {
        var fields = HTTPFields()
        fields[values: .contentLength] = values
        #expect(fields.contentLength == length)
    }

    @Test("can be set and removed")
    func setting() {
        var fields = HTTPFields()
        fields.contentLength = 42
        fields.contentType = .html
        fields.date = HTTPDate(secondsSince1970: 784_111_777)
        fields.host = Authority("[::1]:80")
        #expect(fields[.contentLength] == "42")
        #expect(fields[.contentType] == "text/html; charset=utf-8")
        #expect(fields[.date] == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(fields[.hostField] == "[::1]:80")
        #expect(fields.contentType == .html)
        #expect(fields.date?.secondsSince1970 == 784_111_777)
        #expect(fields.host?.port == 80)
        fields.contentLength = -1
        fields.contentType = nil
        fields.date = nil
        fields.host = nil
        #expect(fields.isEmpty)
    }

    @Test("that are malformed are nil, and stay readable as text")
    func malformed() {
        let fields: HTTPFields = [
            .contentType: "text/html; charset=\"x", .date: "yesterday", .expires: "0", .hostField: "a b",
            .lastModified: "", .ifModifiedSince: "Sun, 99 Nov 1994 08:49:37 GMT",
        ]
        #expect(fields.contentType == nil)
        #expect(fields.date == nil)
        #expect(fields.expires == nil)
        #expect(fields.host == nil)
        #expect(fields.lastModified == nil)
        #expect(fields.ifModifiedSince == nil)
        #expect(fields.ifUnmodifiedSince == nil)
        #expect(fields[.date] == "yesterday")
    }

    @Test("Host must be the only one (RFC 9112 section 3.2)")
    func host() {
        let fields: HTTPFields = [.hostField: "a", .hostField: "a"]
        #expect(fields.host == nil)
    }

    @Test("Connection options are collected from all the fields")
    func connection() {
        let fields: HTTPFields = [.connection: "Upgrade, x", .date: "close", .connection: "KEEP-ALIVE"]
        #expect(fields.connectionTokens == [.upgrade, .keepAlive])
        #expect(fields.contains(token: "X", in: .connection))
        #expect(!fields.contains(token: "close", in: .connection))
        #expect(fields.members(of: .connection) == ["Upgrade", "x", "KEEP-ALIVE"])
    }

    @Test("cookies come from all the fields and go into one")
    func cookies() throws {
        var fields: HTTPFields = [.cookie: "a=b; bad", .cookie: "c=d"]
        #expect(fields.cookies.map(\.description) == ["a=b", "bad", "c=d"])
        fields.cookies = [try Cookie(name: "e", value: "f"), try Cookie(name: "g", value: "h")]
        #expect(fields[values: .cookie] == ["e=f; g=h"])
        fields.cookies = []
        #expect(fields.isEmpty)
    }

    @Test("cookies of a response have a field each")
    func setCookies() throws {
        var fields = HTTPFields()
        fields.append(try SetCookie(name: "a", value: "b"))
        fields.append(try SetCookie(name: "c", value: "d", path: "/"))
        #expect(fields[values: .setCookie] == ["a=b; HttpOnly", "c=d; Path=/; HttpOnly"])
        #expect(fields.setCookies.map(\.name) == ["a", "c"])
    }

    @Test("preferences are nil without a field")
    func preferences() {
        let fields: HTTPFields = [.acceptEncoding: "gzip", .acceptEncoding: "br"]
        #expect(fields.qualityList(of: .acceptEncoding)?.items.count == 2)
        #expect(fields.qualityList(of: .accept) == nil)
    }

    @Test("what proxies say is collected in order")
    func forwarded() {
        let fields: HTTPFields = [
            .forwarded: "for=a", .forwarded: "for=b;proto=https",
            .xForwardedFor: "1.2.3.4, ::1", .xForwardedFor: "unknown",
            .xForwardedProto: "HTTPS, http", .xForwardedHost: "A.example:1",
        ]
        #expect(fields.forwarded?.map { $0.client?.name } == ["a", "b"])
        #expect(fields.xForwardedFor?.map(\.name) == ["1.2.3.4", "::1", "unknown"])
        #expect(fields.xForwardedProto == ["https", "http"])
        #expect(fields.xForwardedHost?.map(\.description) == ["a.example:1"])
        let bad: HTTPFields = [.forwarded: "for", .xForwardedFor: "1.2.3.4, x y", .xForwardedHost: "/"]
        #expect(bad.forwarded == nil)
        #expect(bad.xForwardedFor == nil)
        #expect(bad.xForwardedHost == nil)
    }

    @Test("names are what they say")
    func names() {
        let names: [HTTPField.Name] = [
            .acceptCharset, .altSvc, .clearSiteData, .crossOriginEmbedderPolicy, .crossOriginOpenerPolicy, .forwarded,
            .hostField, .http2Settings, .keepAlive, .link, .permissionsPolicy, .pragma, .proxyConnection,
            .referrerPolicy,
            .refresh, .secFetchSite, .serverTiming, .timingAllowOrigin, .upgradeInsecureRequests, .warning,
            .xForwardedFor, .xForwardedHost, .xForwardedPort, .xForwardedProto, .xFrameOptions, .xPoweredBy, .xRealIP,
            .xRequestID, .xRequestedWith, .xXSSProtection,
        ]
        #expect(Set(names).count == names.count)
        #expect(HTTPField.Name.xFrameOptions.rawName == "X-Frame-Options")
    }
}
