import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization
import Testing

@testable import Martlet

/// Where a redirect leads, and whether that is another origin (RFC 9110 section 4.3.1: scheme, host and port).
private struct Crossing: Sendable, CustomTestStringConvertible {
    let from: String
    let to: String
    let isOther: Bool
    var testDescription: String { "\(from) → \(to)" }

    static let all = [
        Crossing(from: "http://a.test/x", to: "/y", isOther: false),
        Crossing(from: "http://a.test/x", to: "http://A.test:80/y", isOther: false),
        Crossing(from: "http://a.test:8080/x", to: "//a.test:8080/y", isOther: false),
        Crossing(from: "http://a.test/x", to: "http://b.test/y", isOther: true),
        Crossing(from: "http://a.test/x", to: "http://www.a.test/y", isOther: true),
        Crossing(from: "http://www.a.test/x", to: "http://a.test/y", isOther: true),
        Crossing(from: "http://a.test/x", to: "http://a.test:8080/y", isOther: true),
        Crossing(from: "http://a.test:8080/x", to: "http://a.test/y", isOther: true),
        Crossing(from: "http://a.test/x", to: "http://a.test./y", isOther: true),
    ]
}

/// Answers without a network: challenges whoever has not proved who it is, and then redirects from `/x`.
private final class Site: Sendable {
    let requests = Mutex<[HTTPOverrides.Request]>([])
    private let code: Int
    private let location: String
    private let challenge: String?

    init(_ code: Int, _ location: String, challenge: String? = nil) {
        self.code = code
        self.location = location
        self.challenge = challenge
    }

    func answer(_ request: HTTPOverrides.Request) -> HTTPOverrides.Response {
        requests.withLock { $0.append(request) }
        guard request.url.path == "/x" else { return .text("there") }
        if let challenge, request.headers[.authorization] == nil {
            return .init(status: .unauthorized, headers: [.wwwAuthenticate: challenge])
        }
        return .init(status: .init(code: code), headers: [.location: location, .setCookie: "jar=1"])
    }

    /// The fields of the last request before the redirect, and of the one after it.
    func fields() throws -> (before: HTTPFields, after: HTTPFields) {
        let all = requests.withLock { $0 }
        #expect(all.last?.url.path == "/y")
        return (try #require(all.last { $0.url.path == "/x" }).headers, try #require(all.last).headers)
    }
}

private let statuses = [301, 302, 303, 307, 308]

@Suite("HTTPClient: credentials and redirects (RFC 9110 sections 15.4 and 11.6.2)", .timeLimit(.minutes(5)))
struct HTTPClientCredentialLeakTests {
    /// How the client comes by an Authorization.
    enum Source: CaseIterable { case field, defaultField, url, basic, bearer, digest, callback, digestCallback }

    @Test("C1: Authorization stays with its origin, wherever it was set", arguments: statuses, Crossing.all)
    fileprivate func authorization(_ code: Int, _ crossing: Crossing) async throws {
        for source in Source.allCases {
            let isDigest = source == .digest || source == .digestCallback
            let challenge = isDigest ? "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"" : "Basic realm=\"r\""
            let site = Site(code, crossing.to, challenge: challenge)
            let client = makeClient {
                switch source {
                case .defaultField: $0.defaultHeaders[.authorization] = "Basic dTpw"
                case .callback: $0.authenticate = { _, _ in .basic(username: "u", password: "p") }
                case .digestCallback: $0.authenticate = { _, _ in .digest(username: "u", password: "p") }
                default: break
                }
            }
            var url = crossing.from
            var headers: HTTPFields = [:]
            switch source {
            case .field: headers[.authorization] = "Basic dTpw"
            case .url: url = url.replacing("http://", with: "http://u:p@")
            case .basic: try client.addCredentials(.basic(username: "u", password: "p"), for: url)
            case .bearer: try client.addCredentials(.bearer("token"), for: url)
            case .digest: try client.addCredentials(.digest(username: "u", password: "p"), for: url)
            case .callback, .digestCallback, .defaultField: break
            }
            try await HTTPClient.withOverride {
                site.answer($0)
            } operation: {
                #expect(try await client.send(.post, url, body: "data", headers: headers).status == .ok, "\(source)")
                let (before, after) = try site.fields()
                #expect(before[.authorization] != nil, "\(source)")
                #expect((after[.authorization] == nil) == crossing.isOther, "\(source)")
                #expect(after.allSatisfy { !crossing.isOther || !$0.value.contains("dTpw") }, "\(source)")
            }
        }
    }

    @Test("A Cookie and a Proxy-Authorization stay with their origin", arguments: statuses, Crossing.all)
    fileprivate func cookies(_ code: Int, _ crossing: Crossing) async throws {
        let site = Site(code, crossing.to)
        let client = makeClient()
        try await HTTPClient.withOverride {
            site.answer($0)
        } operation: {
            let request = try client.open(.get, crossing.from)
            request.headers[.cookie] = "field=1"
            request.headers[.proxyAuthorization] = "Basic dTpw"
            request.headers[.accept] = "*/*"
            request.cookies = [try Cookie(name: "property", value: "2")]
            #expect(try await request.end().status == .ok)
            let (before, after) = try site.fields()
            #expect(before[.cookie] == "field=1; property=2")
            #expect(before[.proxyAuthorization] == "Basic dTpw")
            #expect(after[.cookie] == (crossing.isOther ? nil : "field=1; property=2"))
            #expect(after[.proxyAuthorization] == (crossing.isOther ? nil : "Basic dTpw"))
            #expect(after[.accept] == "*/*")
        }
    }

    @Test(
        "C1: default fields stay with their origin if they are credentials, and secrets of one's own too",
        arguments: statuses,
        Crossing.all
    )
    fileprivate func defaults(_ code: Int, _ crossing: Crossing) async throws {
        let key = try #require(HTTPField.Name("X-API-Key"))
        for hasOwnFields in [false, true] {
            let site = Site(code, crossing.to)
            let client = makeClient {
                $0.defaultHeaders = [
                    .authorization: "Bearer s", .cookie: "a=b", .proxyAuthorization: "Basic dTpw", key: "k",
                    .acceptLanguage: "de",
                ]
                $0.secretHeaders = [key]
            }
            try await HTTPClient.withOverride {
                site.answer($0)
            } operation: {
                let headers: HTTPFields = hasOwnFields ? [.accept: "*/*"] : [:]
                let status = try await client.get(crossing.from, headers: headers).status
                #expect(status == .ok)
            }
            let (before, after) = try site.fields()
            for (name, value) in [
                (.authorization, "Bearer s"), (.cookie, "a=b"), (.proxyAuthorization, "Basic dTpw"), (key, "k"),
            ] as [(HTTPField.Name, String)] {
                #expect(before[name] == value)
                #expect(after[name] == (crossing.isOther ? nil : value), "\(name), own fields: \(hasOwnFields)")
            }
            #expect(after[.acceptLanguage] == "de" && after[.userAgent] != nil)
        }
    }

    @Test("C1: without X-API-Key among the secrets, and alone among the defaults, it is a field like any other")
    func ordinaryDefault() async throws {
        let key = try #require(HTTPField.Name("X-API-Key"))
        for isSecret in [false, true] {
            let site = Site(302, "http://b.test/y")
            let client = makeClient {
                $0.defaultHeaders = [key: "k"]
                if isSecret { $0.secretHeaders = [key] }
            }
            try await HTTPClient.withOverride {
                site.answer($0)
            } operation: {
                _ = try await client.get("http://a.test/x")
            }
            #expect(try site.fields().after[key] == (isSecret ? nil : "k"))
        }
    }

    @Test("C1: what describes content goes with it, default field or not", arguments: statuses)
    func contentDefaults(_ code: Int) async throws {
        let site = Site(code, "/y")
        let client = makeClient { $0.defaultHeaders = [.contentLanguage: "de", .contentType: "text/x"] }
        try await HTTPClient.withOverride {
            site.answer($0)
        } operation: {
            _ = try await client.post("http://a.test/x", body: "data")
        }
        let (before, after) = try site.fields()
        #expect(before[.contentType] == "text/x" && before[.contentLanguage] == "de")
        #expect(after[.contentType] == (code < 304 ? nil : "text/x"))
        #expect(after[.contentLanguage] == (code < 304 ? nil : "de"))
    }

    @Test("C18: user and password in a Location are used, there and nowhere else")
    func userInLocation() async throws {
        let seen = Mutex<[String]>([])
        try await HTTPClient.withOverride { request in
            seen.withLock {
                $0.append("\(request.url.host)\(request.url.path) \(request.headers[.authorization] ?? "-")")
            }
            let next: String? =
                switch "\(request.url.host)\(request.url.path)" {
                case "a.test/": "http://x:y@b.test/1"
                case "b.test/1": "/2"
                case "b.test/2": "http://u:p@b.test/3"
                case "b.test/3": "http://b.test/4"
                case "b.test/4": "http://c.test/5"
                default: nil
                }
            return next.map { .init(status: .found, headers: [.location: $0]) } ?? .text("there")
        } operation: {
            _ = try await makeClient().get("http://a.test/")
        }
        #expect(
            seen.withLock { $0 } == [
                "a.test/ -", "b.test/1 Basic eDp5", "b.test/2 Basic eDp5", "b.test/3 Basic dTpw",
                "b.test/4 Basic dTpw", "c.test/5 -",
            ]
        )
    }

    @Test(
        "A jar sends its cookies to their host, on any port (RFC 6265 section 8.5)",
        arguments: statuses,
        Crossing.all
    )
    fileprivate func jar(_ code: Int, _ crossing: Crossing) async throws {
        let site = Site(code, crossing.to)
        let client = makeClient { $0.cookieJar = CookieJar() }
        try await HTTPClient.withOverride {
            site.answer($0)
        } operation: {
            #expect(try await client.get(crossing.from).status == .ok)
            let (before, after) = try site.fields()
            #expect(before[.cookie] == nil)
            let url = try #require(HTTPURL(crossing.from))
            let isSameHost = try #require(url.resolving(crossing.to)).host == url.host
            #expect(after[.cookie] == (isSameHost ? "jar=1" : nil))
        }
    }

    @Test("What was dropped on the way does not come back at home", arguments: statuses)
    func thereAndBack(_ code: Int) async throws {
        let seen = Mutex<[(String, HTTPFields)]>([])
        try await HTTPClient.withOverride { request in
            seen.withLock { $0.append((request.url.description, request.headers)) }
            switch "\(request.url.host)\(request.url.path)" {
            case "a.test/x": return .init(status: .init(code: code), headers: [.location: "http://b.test/"])
            case "b.test/": return .init(status: .init(code: code), headers: [.location: "http://a.test/home"])
            default: return .text("home")
            }
        } operation: {
            let headers: HTTPFields = [.authorization: "Basic dTpw", .cookie: "a=b"]
            _ = try await makeClient().get("http://a.test/x", headers: headers)
            let all = seen.withLock { $0 }
            #expect(all.map(\.0) == ["http://a.test/x", "http://b.test/", "http://a.test/home"])
            #expect(all.map { $0.1[.authorization] } == ["Basic dTpw", nil, nil])
            #expect(all.map { $0.1[.cookie] } == ["a=b", nil, nil])
        }
    }

    @Test("A redirect to another scheme takes no credentials along", arguments: statuses)
    func scheme(_ code: Int) async throws {
        let site = Site(code, "https://a.test/y")
        try await HTTPClient.withOverride {
            site.answer($0)
        } operation: {
            let headers: HTTPFields = [.authorization: "Basic dTpw", .cookie: "a=b"]
            _ = try await makeClient().get("http://a.test/x", headers: headers)
        }
        let (before, after) = try site.fields()
        #expect(before[.authorization] == "Basic dTpw")
        #expect(after[.authorization] == nil)
        #expect(after[.cookie] == nil)
    }

    @Test("A redirect that is followed by hand keeps the same rules", arguments: statuses, Crossing.all)
    fileprivate func byHand(_ code: Int, _ crossing: Crossing) async throws {
        let site = Site(code, crossing.to)
        let client = makeClient { $0.followsRedirects = false }
        try await HTTPClient.withOverride {
            site.answer($0)
        } operation: {
            let headers: HTTPFields = [.authorization: "Basic dTpw", .cookie: "a=b", .accept: "*/*"]
            let url = crossing.from.replacing("http://", with: "http://u:p@")
            let response = try await client.post(url, body: "data", headers: headers)
            #expect(response.isRedirect)
            #expect(try await response.redirect().status == .ok)
            let (_, after) = try site.fields()
            #expect(after[.authorization] == (crossing.isOther ? nil : "Basic dTpw"))
            #expect(after[.cookie] == (crossing.isOther ? nil : "a=b"))
            #expect(after[.accept] == "*/*")
            let last = site.requests.withLock { $0.last }
            #expect(last?.method == (code < 304 ? .get : .post))
            #expect(last.map { String(buffer: $0.body) } == (code < 304 ? "" : "data"))
        }
    }

    @Test("A proxy's credentials go to that proxy, and to nobody after it", arguments: statuses)
    func proxy(_ code: Int) async throws {
        let heads = Mutex<[String]>([])
        try await ScriptedServer.run { connection, _ in
            let head = try connection.readHead()
            heads.withLock { $0.append(head) }
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        } while: { server in
            let location = server.url
            try await ScriptedServer.run { connection, _ in
                let head = try connection.readHead()
                heads.withLock { $0.append(head) }
                try connection.write("HTTP/1.1 \(code) X\r\nLocation: \(location)/\r\nContent-Length: 0\r\n\r\n")
                try connection.readToEnd()
            } while: { proxy in
                let list = try ProxyList(pac: "PROXY u:p@127.0.0.1:\(proxy.port)")
                let client = makeClient { $0.findProxy = { $0.host == "a.test" ? list : .direct } }
                #expect(try await client.get("http://a.test/").status == .ok)
            }
        }
        let all = heads.withLock { $0 }
        #expect(all.map { $0.contains("Proxy-Authorization: Basic dTpw\r\n") } == [true, false])
    }

    @Test("C1: a Proxy-Authorization does not go through a tunnel to the server", arguments: [false, true])
    func tunnel(isDefault: Bool) async throws {
        let heads = Mutex<[String]>([])
        try await ScriptedServer.run { connection, _ in
            for answer in ["HTTP/1.1 200 Yes\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"] {
                let head = try connection.readHead()
                heads.withLock { $0.append(head) }
                try connection.write(answer)
            }
        } while: { proxy in
            let list = try ProxyList(pac: "PROXY 127.0.0.1:\(proxy.port)")
            let client = makeClient {
                $0.tunnelsHTTP = true
                $0.findProxy = { _ in list }
                if isDefault { $0.defaultHeaders = [.proxyAuthorization: "Basic dTpw", .accept: "*/*"] }
            }
            if isDefault {
                _ = try await client.get("http://a.test/")
            } else {
                _ = try await client.get(
                    "http://a.test/",
                    headers: [.proxyAuthorization: "Basic dTpw", .accept: "*/*"]
                )
            }
            let inside = heads.withLock { $0.last } ?? ""
            #expect(inside.hasPrefix("GET / HTTP/1.1\r\n"))
            #expect(inside.contains("Accept: */*") && !inside.contains("Proxy-Authorization"))
        }
    }
}
