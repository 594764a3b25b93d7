import HTTPTypes
import Testing

@testable import HTTPWire

@Suite("Whatever a peer sends", .calculation)
struct HostileInputTests {
    /// Pieces that mean something to one parser or another, and some that mean nothing to any.
    private static let pieces = [
        "", " ", "\t", ",", ";", "=", "\"", "\\", "/", "*", ":", "[", "]", "%", "%4", "%41", "%FF", "?", "#", "&", "+",
        "-", ".",
        "_", "@", "a", "Z", "0", "9", "99999999999999999999", "q=", "q=0.5", "q=1.001", "text/html", "charset=",
        "utf-8",
        "gzip", "close", "for=", "host=", "http://", "::", "::1", "1.2.3.4", "Sun, ", "06 ", "Nov ", "1994 ",
        "08:49:37", " GMT",
        "expires=", "max-age=", "includeSubDomains", ";", "domain=", "__Host-", "\u{0}", "\r\n", "\u{7F}", "é",
        "\u{10FFFF}", "\u{FEFF}",
    ]

    @Test("is read or refused, never fatal, and what is read can be written and read again")
    func everything() {
        var state: UInt64 = 42
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<20_000 {
            let text = (0..<next(9)).map { _ in Self.pieces[next(Self.pieces.count)] }.joined()
            if let value = MediaType(text) { #expect(MediaType(value.description) == value) }
            if let value = HeaderValue(text) { #expect(HeaderValue(value.description) == value) }
            if let value = ContentDisposition(text) {
                #expect(ContentDisposition(value.description)?.parameters == value.parameters)
            }
            let named = ContentDisposition(.attachment, fileName: text)
            #expect(ContentDisposition(named.description)?.fileName == named.fileName)
            if let value = Authority(text) { #expect(Authority(value.description) == value) }
            if let value = HTTPDate(text) { #expect(HTTPDate(value.description) == value) }
            if let value = HTTPDate(cookieDate: text) { #expect(HTTPDate(cookieDate: value.description) == value) }
            if let value = StrictTransportSecurity(text) {
                #expect(StrictTransportSecurity(value.description) == value)
            }
            if let value = TraceState(text) { #expect(TraceState(value.description) == value) }
            #expect(TraceContext(text) == nil)
            if let value = SetCookie(fieldValue: text) {
                #expect(SetCookie(fieldValue: value.description) == value)
                #expect(!value.description.utf8.contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F })
            }
            if let value = RequestTarget(text) {
                _ = (value.path, value.query, value.authority, value.scheme)
                _ = (try? value.pathSegments, try? value.queryParameters)
            }
            for form in [RequestTarget.Form.origin, .absolute, .authority, .asterisk] {
                let unchecked = RequestTarget(raw: text, form: form)
                _ = (unchecked.path, unchecked.query, unchecked.authority, unchecked.scheme)
                _ = (try? unchecked.pathSegments, try? unchecked.queryParameters)
            }
            if let value = HTTPURL("http://a/")?.resolving(text) {
                #expect(HTTPURL(value.description) == value)
                #expect(RequestTarget(value.requestTarget)?.form == .origin)
                if value.scheme == "http" { #expect(RequestTarget(value.absoluteTarget)?.form == .absolute) }
                _ = (value.username, value.password, value.origin)
            }
            for challenge in Challenge.parse(text) {
                #expect(Challenge.parse(challenge.description) == [challenge])
            }
            for text in [text, "Basic \(text)", "Basic \(Base64.encode(text.utf8))"] {
                guard let value = Authorization(text) else { continue }
                _ = (value.basic, value.bearerToken)
                #expect(value.token68 == nil || value.parameters.isEmpty)
            }
            if let value = try? QueryParameters(text) { #expect((try? QueryParameters(value.description)) == value) }
            let list = QualityList(text)
            _ = (list.preferredContentCoding(among: [.gzip]), list.preferred(among: [.html, .json]))
            _ = (list.preferredLanguage(among: ["a", "Z"]), ForwardedElement.parse(text), ConnectionTokens(text))
            let cookies = Cookie.parse(text)
            #expect(Cookie.parse(cookies.map(\.description).joined(separator: ";")) == cookies)
            var fields = HTTPFields()
            for name in [HTTPField.Name.contentLength, .hostField, .xForwardedFor] { fields[name] = text }
            _ = (fields.contentLength, fields.host, fields.xForwardedFor)
        }
    }
}
