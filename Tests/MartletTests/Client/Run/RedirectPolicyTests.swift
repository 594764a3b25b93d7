import HTTPTypes
import HTTPWire
import Martlet
import Testing

@Suite("Redirects (RFC 9110 section 15.4)")
struct RedirectPolicyTests {
    private func decision(
        _ policy: RedirectPolicy,
        _ method: HTTPRequest.Method,
        _ url: String,
        _ status: Int,
        _ location: String?,
        history: [RedirectInfo] = []
    ) throws -> RedirectPolicy.Decision {
        policy.decision(
            for: method,
            url: try #require(HTTPURL(url)),
            status: HTTPResponse.Status(code: status),
            location: location,
            history: history
        )
    }

    private func decision(_ location: String?) throws -> RedirectPolicy.Decision {
        try decision(RedirectPolicy(), .get, "http://a/b/c?d#e", 302, location)
    }

    @Test(
        "methods and content by status (sections 15.4.2 to 15.4.9)",
        arguments: [
            (301, .get, .get, true), (301, .head, .head, true), (301, .post, .get, false),
            (301, .put, .put, true), (301, .delete, .delete, true), (301, .patch, .patch, true),
            (302, .get, .get, true), (302, .head, .head, true), (302, .post, .get, false),
            (302, .put, .put, true), (302, .delete, .delete, true), (302, .options, .options, true),
            (303, .get, .get, false), (303, .head, .head, false), (303, .post, .get, false),
            (303, .put, .get, false), (303, .delete, .get, false), (303, .patch, .get, false),
            (307, .get, .get, true), (307, .head, .head, true), (307, .post, .post, true), (307, .put, .put, true),
            (308, .get, .get, true), (308, .head, .head, true), (308, .post, .post, true),
            (308, .delete, .delete, true),
        ] as [(Int, HTTPRequest.Method, HTTPRequest.Method, Bool)]
    )
    func methods(status: Int, method: HTTPRequest.Method, next: HTTPRequest.Method, keepsBody: Bool) throws {
        let target = try #require(HTTPURL("http://a/x"))
        #expect(
            try decision(RedirectPolicy(), method, "http://a/b", status, "/x")
                == .follow(target, method: next, keepsBody: keepsBody, dropsCredentials: false)
        )
    }

    @Test("other statuses are final", arguments: [200, 201, 204, 206, 300, 304, 305, 306, 309, 399, 401, 404, 500])
    func finalStatuses(status: Int) throws {
        #expect(try decision(RedirectPolicy(), .get, "http://a/", status, "/x") == .stop(.notARedirect))
        #expect(!RedirectPolicy.isRedirect(HTTPResponse.Status(code: status)))
    }

    @Test("can be turned off, and do not concern tunnels")
    func stopping() throws {
        #expect(try decision(RedirectPolicy(isEnabled: false), .get, "http://a/", 302, "/x") == .stop(.disabled))
        #expect(try decision(RedirectPolicy(), .connect, "http://a/", 302, "/x") == .stop(.methodNotFollowed))
    }

    @Test(
        "locations are resolved, and inherit the fragment (section 10.2.2)",
        arguments: [
            ("http://x/y", "http://x/y#e"),
            ("//x/y", "http://x/y#e"),
            ("/y", "http://a/y#e"),
            ("y", "http://a/b/y#e"),
            ("../y", "http://a/y#e"),
            ("?y", "http://a/b/c?y#e"),
            ("y#z", "http://a/b/y#z"),
            ("y#", "http://a/b/y#"),
            (" /y z\u{FC} ", "http://a/y%20z%C3%BC#e"),
            ("http:y", "http://a/b/y#e"),
        ]
    )
    func locations(location: String, target: String) throws {
        guard case .follow(let url, _, _, _) = try decision(location) else {
            Issue.record("not followed")
            return
        }
        #expect(url.description == target)
    }

    @Test(
        "locations that cannot be followed",
        arguments: [
            ("http://", .invalidLocation("http://")),
            ("http://a b/", .invalidLocation("http://a b/")),
            ("http://a:99999/", .invalidLocation("http://a:99999/")),
            ("http://\u{FC}.de/", .invalidLocation("http://\u{FC}.de/")),
            ("//evil\\@a/", .invalidLocation("//evil\\@a/")),
            ("ftp://a/", .unsupportedScheme("ftp")),
            ("file:///etc/passwd", .unsupportedScheme("file")),
            ("mailto:a@b", .unsupportedScheme("mailto")),
            ("JavaScript:alert(1)", .unsupportedScheme("javascript")),
            ("data:,x", .unsupportedScheme("data")),
            ("ws://a/", .unsupportedScheme("ws")),
        ] as [(String, RedirectError)]
    )
    func failures(location: String, error: RedirectError) throws {
        #expect(try decision(location) == .fail(error))
    }

    @Test("C6: a response without a Location is the final one", arguments: [nil, ""], [301, 302, 303, 307, 308])
    func noLocation(location: String?, status: Int) throws {
        #expect(
            try decision(RedirectPolicy(), .post, "http://a/", status, location) == .stop(.missingLocation)
        )
        // It is no redirect too many, either.
        #expect(
            try decision(RedirectPolicy(limit: 0), .post, "http://a/", status, location) == .stop(.missingLocation)
        )
    }

    private func decision(fields: HTTPFields) throws -> RedirectPolicy.Decision {
        RedirectPolicy().decision(
            for: .get,
            url: try #require(HTTPURL("http://a/b")),
            status: .found,
            fields: fields,
            history: []
        )
    }

    @Test("C8: equal Locations are one, different ones lead nowhere")
    func repeated() throws {
        func fields(_ values: String...) -> HTTPFields {
            HTTPFields(values.map { HTTPField(name: .location, value: $0) })
        }
        let one = try #require(HTTPURL("http://a/one"))
        let follow = RedirectPolicy.Decision.follow(one, method: .get, keepsBody: true, dropsCredentials: false)
        #expect(try decision(fields: fields("/one")) == follow)
        #expect(try decision(fields: fields("/one", "/one")) == follow)
        #expect(try decision(fields: fields("/one", "/one", "/one")) == follow)
        #expect(try decision(fields: fields("/one", "/two")) == .fail(.contradictoryLocations(["/one", "/two"])))
        #expect(
            try decision(fields: fields("/one", "/one", "")) == .fail(.contradictoryLocations(["/one", "/one", ""]))
        )
        #expect(try decision(fields: fields("", "")) == .stop(.missingLocation))
        #expect(try decision(fields: fields("/a,b")) != .stop(.missingLocation))
        #expect(try decision(fields: [:]) == .stop(.missingLocation))
    }

    @Test(
        "C9: the bytes of a Location are followed, UTF-8 or not",
        arguments: [
            ("/ok/\u{FC}", "http://a/ok/%FC"), ("/ok/\u{C3}\u{BC}", "http://a/ok/%C3%BC"),
            ("?\u{FC}=\u{FF}", "http://a/b?%FC=%FF"), ("x#\u{FC}", "http://a/x#%FC"),
            ("http://c/\u{C3}\u{BC}\u{FC}", "http://c/%C3%BC%FC"),
        ]
    )
    func bytes(latin1: String, target: String) throws {
        let bytes = latin1.unicodeScalars.map { UInt8($0.value) }
        guard
            case .follow(let url, _, _, _) = try decision(
                fields: HTTPFields([HTTPField(name: .location, value: bytes)])
            )
        else {
            Issue.record("not followed")
            return
        }
        #expect(url.description == target)
    }

    @Test("C9: no bytes beyond ASCII lead to a host")
    func hostBytes() throws {
        let bytes = Array("http://".utf8) + [0xFC] + Array(".test/".utf8)
        guard
            case .fail(.invalidLocation) = try decision(fields: HTTPFields([HTTPField(name: .location, value: bytes)]))
        else {
            Issue.record("followed")
            return
        }
    }

    @Test(
        "schemes: within HTTP, within WebSocket, and not from encrypted to plain",
        arguments: [
            ("http://a/", "https://a/", nil),
            ("https://a/", "https://b/", nil),
            ("https://a/", "http://a/x?y#z", .downgrade(url: "http://a/x?y")),
            ("ws://a/", "wss://a/", nil),
            ("wss://a/", "ws://a/", .downgrade(url: "ws://a/")),
            ("ws://a/", "http://a/", .unsupportedScheme("http")),
            ("http+unix://a/", "/x", nil),
            ("http+unix://a/", "http://a/", .unsupportedScheme("http")),
        ] as [(String, String, RedirectError?)]
    )
    func schemes(url: String, location: String, error: RedirectError?) throws {
        switch try decision(RedirectPolicy(), .get, url, 302, location) {
        case .follow: #expect(error == nil)
        case .fail(let found): #expect(found == error)
        case .stop: Issue.record("stopped")
        }
        if case .downgrade = error {
            guard case .follow = try decision(RedirectPolicy(allowsDowngrade: true), .get, url, 302, location) else {
                Issue.record("not followed")
                return
            }
        }
    }

    @Test(
        "credentials stay with their origin, whatever the status",
        arguments: [301, 302, 303, 307, 308],
        [
            ("http://a/", "http://a:80/x", false),
            ("http://a/", "//A/x", false),
            ("http://a/", "/x", false),
            ("http://u:p@a/", "http://a/x", false),
            ("http://a/", "http://b/", true),
            ("http://a/", "http://www.a/", true),
            ("http://www.a/", "http://a/", true),
            ("http://a/", "http://a:81/", true),
            ("http://a:81/", "http://a/", true),
            ("http://a/", "https://a/", true),
            ("http://a/", "https://a:80/", true),
            ("http://a/", "http://a./", true),
        ]
    )
    func origins(status: Int, row: (url: String, location: String, drops: Bool)) throws {
        guard
            case .follow(_, _, _, let drops) = try decision(RedirectPolicy(), .get, row.url, status, row.location)
        else {
            // The only row that leads nowhere is the one that leads to itself.
            Issue.record("not followed")
            return
        }
        #expect(drops == row.drops)
    }

    @Test("not more than the limit in a row", arguments: [0, 1, 5])
    func limits(limit: Int) throws {
        let policy = RedirectPolicy(limit: limit)
        var history: [RedirectInfo] = []
        var url = try #require(HTTPURL("http://a/0"))
        while true {
            let decision = policy.decision(
                for: .get,
                url: url,
                status: .found,
                location: "/\(history.count + 1)",
                history: history
            )
            guard case .follow(let next, _, _, _) = decision else {
                #expect(decision == .fail(.limitExceeded(limit: limit)))
                break
            }
            history.append(RedirectInfo(method: .get, url: url, status: .found, location: next))
            url = next
        }
        #expect(history.count == limit)
        #expect(RedirectPolicy().limit == 5)
    }

    @Test("C7: a redirect to itself is followed until the limit", arguments: [301, 302, 303, 307, 308])
    func loops(status: Int) throws {
        let url = try #require(HTTPURL("http://a/b/c?d"))
        var history: [RedirectInfo] = []
        for _ in 0..<5 {
            #expect(
                try decision(RedirectPolicy(), .get, "http://a/b/c?d", status, "/b/c?d", history: history)
                    == .follow(url, method: .get, keepsBody: status != 303, dropsCredentials: false)
            )
            history.append(RedirectInfo(method: .get, url: url, status: .init(code: status), location: url))
        }
        #expect(
            try decision(RedirectPolicy(), .get, "http://a/b/c?d", status, "/b/c?d", history: history)
                == .fail(.limitExceeded(limit: 5))
        )
    }

    @Test("fields that the next request must not have")
    func fields() throws {
        let key = try #require(HTTPField.Name("X-API-Key"))
        let all: HTTPFields = [
            .accept: "*/*", .authorization: "Basic x", .cookie: "a=b", .proxyAuthorization: "Basic y",
            .wwwAuthenticate: "z", .hostField: "a", .contentType: "text/plain", .contentLength: "3",
            .contentEncoding: "gzip", .transferEncoding: "chunked", .expect: "100-continue", .userAgent: "m",
            .contentLanguage: "en", .contentLocation: "/c", key: "k", .referer: "r",
            try #require(HTTPField.Name("Content-MD5")): "x",
        ]
        func names(keepsBody: Bool, dropsCredentials: Bool, secrets: Set<HTTPField.Name> = []) -> Set<String> {
            var fields = all
            RedirectPolicy.prepare(
                &fields,
                keepsBody: keepsBody,
                dropsCredentials: dropsCredentials,
                secrets: secrets
            )
            return Set(all.map(\.name.canonicalName)).subtracting(fields.map(\.name.canonicalName))
        }
        let credentials: Set<String> = [
            "authorization", "cookie", "proxy-authorization", "www-authenticate", "host",
        ]
        let content: Set<String> = [
            "content-type", "content-length", "content-encoding", "transfer-encoding", "expect", "content-language",
            "content-location", "content-md5",
        ]
        #expect(names(keepsBody: true, dropsCredentials: false) == [])
        #expect(names(keepsBody: true, dropsCredentials: true) == credentials)
        #expect(names(keepsBody: false, dropsCredentials: false) == content)
        #expect(names(keepsBody: false, dropsCredentials: true) == credentials.union(content))
        #expect(names(keepsBody: true, dropsCredentials: true, secrets: [key]) == credentials.union(["x-api-key"]))
    }
}
