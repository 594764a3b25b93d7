import HTTPWire
import Testing

@testable import Martlet

@Suite("Cookies in a jar (RFC 6265bis)")
struct CookieStorageTests {
    private let now = HTTPDate(secondsSince1970: 1_700_000_000)

    private func later(_ seconds: Int64) -> HTTPDate {
        HTTPDate(secondsSince1970: now.secondsSince1970 + seconds)
    }

    private func url(_ text: String) throws -> HTTPURL {
        try #require(HTTPURL(text))
    }

    private func set(_ text: String) throws -> SetCookie {
        try #require(SetCookie(fieldValue: text))
    }

    private func sent(
        _ storage: inout CookieStorage,
        _ target: String,
        at time: HTTPDate? = nil,
        _ context: CookieContext = .sameSite
    ) throws -> [String] {
        storage.cookies(for: try url(target), now: time ?? now, context: context).map(\.cookie.description)
    }

    @Test(
        "one cookie, from one URL to another (sections 5.1.3, 5.1.4, 5.8.3)",
        arguments: [
            // Host-only without Domain.
            ("http://a.com/", "n=v", "http://a.com/", true),
            ("http://a.com/", "n=v", "http://A.COM/x?y", true),
            ("http://a.com/", "n=v", "http://a.com:8080/", true),
            ("http://a.com/", "n=v", "https://a.com/", true),
            ("http://a.com/", "n=v", "ws://a.com/", true),
            ("http://a.com/", "n=v", "http://b.a.com/", false),
            ("http://a.com/", "n=v", "http://b.com/", false),
            ("http://b.a.com/", "n=v", "http://a.com/", false),
            ("http://a.com/", "n=v; Domain=", "http://b.a.com/", false),
            ("http://localhost/", "n=v", "http://localhost/", true),
            // Domain.
            ("http://a.com/", "n=v; Domain=a.com", "http://b.a.com/", true),
            ("http://a.com/", "n=v; Domain=.A.com", "http://c.b.a.com/", true),
            ("http://b.a.com/", "n=v; Domain=a.com", "http://a.com/", true),
            ("http://b.a.com/", "n=v; Domain=a.com", "http://c.a.com/", true),
            ("http://a.com/", "n=v; Domain=a.com", "http://xa.com/", false),
            ("http://a.com/", "n=v; Domain=a.com", "http://a.com.evil/", false),
            // A single label, as the host itself, makes a host-only cookie.
            ("http://localhost/", "n=v; Domain=localhost", "http://localhost/", true),
            ("http://localhost/", "n=v; Domain=localhost", "http://x.localhost/", false),
            // Addresses have no subdomains.
            ("http://127.0.0.1/", "n=v", "http://127.0.0.1/", true),
            ("http://127.0.0.1/", "n=v; Domain=127.0.0.1", "http://127.0.0.1/", true),
            ("http://[::1]/", "n=v", "http://[::1]/", true),
            ("http://[::1]/", "n=v", "http://[::2]/", false),
            // Path.
            ("http://a.com/", "n=v; Path=/x", "http://a.com/x", true),
            ("http://a.com/", "n=v; Path=/x", "http://a.com/x/y", true),
            ("http://a.com/", "n=v; Path=/x/", "http://a.com/x/y", true),
            ("http://a.com/", "n=v; Path=/x/", "http://a.com/x", false),
            ("http://a.com/", "n=v; Path=/x", "http://a.com/xy", false),
            ("http://a.com/", "n=v; Path=/x", "http://a.com/", false),
            ("http://a.com/", "n=v; Path=/x", "http://a.com/X", false),
            ("http://a.com/y", "n=v; Path=/x", "http://a.com/x", true),
            ("http://a.com/", "n=v; Path=/", "http://a.com", true),
            // The default path: up to the last slash.
            ("http://a.com", "n=v", "http://a.com/x", true),
            ("http://a.com/x", "n=v", "http://a.com/y", true),
            ("http://a.com/x/y", "n=v", "http://a.com/x", true),
            ("http://a.com/x/y", "n=v", "http://a.com/x/z", true),
            ("http://a.com/x/y", "n=v", "http://a.com/", false),
            ("http://a.com/x/", "n=v", "http://a.com/x/z", true),
            ("http://a.com/x/y", "n=v; Path=relative", "http://a.com/x", true),
            ("http://a.com/x/y", "n=v; Path=relative", "http://a.com/z", false),
            // Secure.
            ("https://a.com/", "n=v; Secure", "https://a.com/", true),
            ("https://a.com/", "n=v; Secure", "wss://a.com/", true),
            ("https://a.com/", "n=v; Secure", "http://a.com/", false),
            ("https://a.com/", "n=v", "http://a.com/", true),
            ("http://a.com/", "n=v; HttpOnly", "http://a.com/", true),
            // C18: what this machine says to itself needs no encryption.
            ("http://localhost/", "n=v; Secure", "http://localhost/", true),
            ("http://localhost:4040/", "__Host-n=v; Secure; Path=/", "http://localhost/x", true),
            ("http://127.0.0.1/", "n=v; Secure", "http://127.0.0.1/", true),
            ("http://127.9.9.9/", "n=v; Secure", "ws://127.9.9.9/", true),
            ("http://[::1]/", "n=v; Secure", "http://[::1]/", true),
            ("https://localhost/", "n=v; Secure", "http://localhost/", true),
            // C20: one host in two notations.
            ("http://127.1/", "n=v", "http://0x7f.0.0.1/", true),
            ("http://[0:0::1]/", "n=v", "http://[::1]/", true),
            // Odd values of attributes that mean nothing.
            ("http://a.com/", "n=v; Domain=.", "http://a.com/", true),
            ("http://a.com/", "n=v; Domain=.", "http://b.a.com/", false),
            ("http://a.com/", "n=v; Domain=b.com; Domain=", "http://a.com/", true),
            ("http://a.com/", "n=v; Domain=b.com; Domain=.A.COM", "http://b.a.com/", true),
            ("http://a.com/x/y", "n=v; Path=", "http://a.com/x", true),
            ("http://a.com/x/y", "n=v; Path=\"/\"", "http://a.com/z", false),
        ]
    )
    func matching(from: String, field: String, to: String, isSent: Bool) throws {
        var storage = CookieStorage()
        try storage.store(set(field), from: url(from), now: now)
        let name = field.prefix { $0 != ";" }
        #expect(try sent(&storage, to) == (isSent ? [String(name)] : []))
    }

    @Test(
        "C18: a secure cookie goes to this machine without encryption, as in browsers and curl",
        arguments: [
            "http://localhost/", "http://LOCALHOST:8080/", "http://127.0.0.1/", "http://127.9.9.9/", "http://[::1]:1/",
            "ws://localhost/",
        ]
    )
    func local(_ address: String) throws {
        var storage = CookieStorage()
        try storage.store(set("n=v; Secure"), from: url(address), now: now)
        #expect(try sent(&storage, address) == ["n=v"])
        #expect(try sent(&storage, "http://a.com/") == [])
    }

    @Test(
        "C18: names below localhost are not this machine: the resolver may find them elsewhere",
        arguments: ["http://a.localhost:8080/", "http://localhost.example/", "http://128.0.0.1/", "http://[::2]/"]
    )
    func notLocal(_ address: String) throws {
        var storage = CookieStorage()
        #expect(throws: CookieRejection.self) {
            try storage.store(set("n=v; Secure"), from: url(address), now: now)
        }
        #expect(try sent(&storage, address) == [])
    }

    @Test("cookies that are not taken (section 5.7)")
    func rejections() throws {
        let table: [(String, String, CookieRejection)] = [
            ("http://a.com/", "n=v; Domain=b.com", .foreignDomain("b.com")),
            ("http://a.com/", "n=v; Domain=b.a.com", .foreignDomain("b.a.com")),
            ("http://xa.com/", "n=v; Domain=a.com", .foreignDomain("a.com")),
            ("http://127.0.0.1/", "n=v; Domain=0.0.1", .foreignDomain("0.0.1")),
            // C17: a domain that is not the server's, however it is written, is not taken for none.
            ("http://localhost/", "n=v; Domain=..localhost", .foreignDomain("..localhost")),
            ("http://a.com/", "n=v; Domain=..a.com", .foreignDomain("..a.com")),
            ("http://a.com/", "n=v; Domain=. a.com", .foreignDomain(". a.com")),
            ("http://a.com/", "n=v; Domain=..", .foreignDomain("..")),
            ("http://a.com/", "n=v; Domain=\"a.com\"", .foreignDomain("\"a.com\"")),
            ("http://a.com/", "n=v; Domain=a.com.", .foreignDomain("a.com.")),
            ("http://a.com/", "n=v; Domain=a.com:80", .foreignDomain("a.com:80")),
            ("http://a.com/", "n=v; Domain=http://a.com", .foreignDomain("http://a.com")),
            ("http://a.com/", "n=v; Domain=*.a.com", .foreignDomain("*.a.com")),
            ("http://a.com/", "n=v; Domain=ä.a.com", .foreignDomain("ä.a.com")),
            ("http://a.com/", "n=v; Domain=a.com; Domain=b.com", .foreignDomain("b.com")),
            ("http://a.com/", "n=v; Domain=com", .publicSuffix("com")),
            ("http://a.com/", "n=v; Domain=.com", .publicSuffix("com")),
            ("http://a.com./", "n=v; Domain=com.", .publicSuffix("com.")),
            ("http://a.co.uk/", "n=v; Domain=co.uk", .publicSuffix("co.uk")),
            ("http://127.0.0.1/", "n=v; Domain=1", .publicSuffix("1")),
            ("http://a.com/", "n=v; Secure", .insecureConnection),
            ("http://localhost.a.com/", "n=v; Secure", .insecureConnection),
            ("http://notlocalhost/", "n=v; Secure", .insecureConnection),
            ("http://10.0.0.1/", "n=v; Secure", .insecureConnection),
            ("ws://a.com/", "n=v; Secure", .insecureConnection),
            ("http://x.localhost/", "n=v; Secure", .insecureConnection),
            ("http://localhost.a.com/", "n=v; Secure", .insecureConnection),
            ("https://a.com/", "__Secure-n=v", .violation(.securePrefix)),
            ("http://a.com/", "__Secure-n=v; Secure", .insecureConnection),
            ("https://a.com/", "__Host-n=v; Secure", .violation(.hostPrefix)),
            ("https://a.com/x", "__host-n=v; Secure; Path=/x", .violation(.hostPrefix)),
            ("https://a.com/", "__Host-n=v; Secure; Path=/; Domain=a.com", .violation(.hostPrefix)),
            ("https://a.com/", "=__Host-n=v", .violation(.hostPrefix)),
            ("https://a.com/", "n=v; SameSite=None", .violation(.insecureSameSiteNone)),
        ]
        for (from, field, rejection) in table {
            var storage = CookieStorage { $0 == "co.uk" }
            #expect(throws: rejection, "\(field)") { try storage.store(set(field), from: url(from), now: now) }
            #expect(storage.count == 0)
        }
        var storage = CookieStorage { $0 == "co.uk" }
        try storage.store(set("a=1; Domain=co.uk"), from: url("http://co.uk/"), now: now)
        try storage.store(set("__Host-b=2; Secure; Path=/"), from: url("https://co.uk/x"), now: now)
        try storage.store(set("__Secure-c=3; Secure; Domain=a.co.uk"), from: url("https://a.co.uk/"), now: now)
        #expect(storage.all.map(\.isHostOnly) == [true, true, false])
        #expect(try sent(&storage, "http://a.co.uk/") == [])
    }

    @Test(
        "a connection without encryption does not replace a secure cookie (section 5.7)",
        arguments: [
            ("http://a.com/", "n=x", false),
            ("http://a.com/", "n=x; Domain=a.com", false),
            ("http://b.a.com/", "n=x; Path=/", false),
            ("http://a.com/x/y", "n=x", false),
            ("http://a.com/", "other=x", true),
            ("http://b.com/", "n=x", true),
            ("https://a.com/", "n=x", true),
        ]
    )
    func overwriting(from: String, field: String, isTaken: Bool) throws {
        var storage = CookieStorage()
        try storage.store(set("n=v; Secure; Path=/; Domain=a.com"), from: url("https://a.com/"), now: now)
        let (cookie, source) = (try set(field), try url(from))
        if isTaken {
            try storage.store(cookie, from: source, now: now)
        } else {
            #expect(throws: CookieRejection.wouldOverwriteSecure) {
                try storage.store(cookie, from: source, now: now)
            }
            #expect(try sent(&storage, "https://a.com/") == ["n=v"])
        }
    }

    @Test("a path above that of a secure cookie is another place")
    func shadowing() throws {
        var storage = CookieStorage()
        try storage.store(set("n=v; Secure; Path=/login"), from: url("https://a.com/"), now: now)
        try storage.store(set("n=x; Path=/"), from: url("http://a.com/"), now: now)
        #expect(throws: CookieRejection.wouldOverwriteSecure) {
            try storage.store(set("n=x; Path=/login/en"), from: url("http://a.com/"), now: now)
        }
        #expect(try sent(&storage, "https://a.com/login") == ["n=v", "n=x"])
    }

    @Test(
        "times: Max-Age over Expires, and no more than 400 days (section 5.5)",
        arguments: [
            ("n=v", nil, true),
            ("n=v; Max-Age=100", 100, true),
            ("n=v; Max-Age=100; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 100, true),
            ("n=v; Max-Age=0; Expires=Fri, 31 Dec 2099 00:00:00 GMT", nil, false),
            ("n=v; Max-Age=-1", nil, false),
            ("n=v; Max-Age=x", nil, true),
            ("n=v; Max-Age=99999999999999999999", 34_560_000, true),
            ("n=v; Max-Age=34560000", 34_560_000, true),
            ("n=v; Max-Age=34560001", 34_560_000, true),
            ("n=v; Expires=Tue, 14 Nov 2023 22:13:30 GMT", 10, true),
            ("n=v; Expires=Tue, 14 Nov 2023 22:13:20 GMT", nil, false),
            ("n=v; Expires=Thu, 01 Jan 1970 00:00:00 GMT", nil, false),
            ("n=v; Expires=Fri, 31 Dec 2099 00:00:00 GMT", 34_560_000, true),
            ("n=v; Expires=never", nil, true),
        ] as [(String, Int64?, Bool)]
    )
    func times(field: String, seconds: Int64?, isKept: Bool) throws {
        var storage = CookieStorage()
        try storage.store(set(field), from: url("http://a.com/"), now: now)
        #expect(storage.count == (isKept ? 1 : 0))
        guard isKept else { return }
        #expect(storage.all.first?.expires == seconds.map { later($0) })
        #expect(storage.all.first?.isSessionCookie == (seconds == nil))
        guard let seconds else { return }
        #expect(try sent(&storage, "http://a.com/", at: later(seconds - 1)) == ["n=v"])
        #expect(try sent(&storage, "http://a.com/", at: later(seconds)) == [])
        storage.removeExpired(at: later(seconds))
        #expect(storage.count == 0)
    }

    @Test("a cookie for the same place replaces the one before and keeps its age; an expired one removes it")
    func replacing() throws {
        var storage = CookieStorage()
        try storage.store(set("a=1"), from: url("http://a.com/"), now: now)
        try storage.store(set("b=1"), from: url("http://a.com/"), now: later(1))
        try storage.store(set("a=2"), from: url("http://a.com/"), now: later(2))
        #expect(try sent(&storage, "http://a.com/") == ["a=2", "b=1"])
        #expect(storage.all.first?.creation == now)
        // Other places: another path, another domain, not host-only.
        try storage.store(set("a=3; Path=/x"), from: url("http://a.com/"), now: later(3))
        try storage.store(set("a=4; Domain=a.com"), from: url("http://a.com/"), now: later(4))
        #expect(storage.count == 4)
        try storage.store(set("a=; Max-Age=0"), from: url("http://a.com/"), now: later(5))
        #expect(storage.count == 3)
        try storage.store(set("z=; Max-Age=0"), from: url("http://a.com/"), now: later(5))
        #expect(try sent(&storage, "http://a.com/x") == ["a=3", "b=1", "a=4"])
    }

    @Test("the order: longer paths first, then those created first, whatever their domain (section 5.8.3)")
    func order() throws {
        var storage = CookieStorage()
        let from = try url("http://b.a.com/")
        for field in [
            "a=1; Domain=a.com", "b=2; Path=/x", "c=3", "d=4; Path=/x/y", "e=5; Path=/x; Domain=a.com", "f=6",
        ] {
            try storage.store(set(field), from: from, now: now)
        }
        #expect(try sent(&storage, "http://b.a.com/x/y") == ["d=4", "b=2", "e=5", "a=1", "c=3", "f=6"])
        #expect(storage.all.map(\.name) == ["a", "b", "c", "d", "e", "f"])
    }

    @Test(
        "SameSite, when storing and when sending (sections 5.7 and 5.8.3)",
        arguments: [
            ("n=v; SameSite=Strict", [true, false, false]), ("n=v; SameSite=Lax", [true, true, false]),
            ("n=v; SameSite=None; Secure", [true, true, true]), ("n=v", [true, true, false]),
        ] as [(String, [Bool])]
    )
    func sameSite(field: String, isSent: [Bool]) throws {
        let contexts = [CookieContext.sameSite, .crossSiteNavigation, .crossSite]
        var storage = CookieStorage()
        try storage.store(set(field), from: url("https://a.com/"), now: now)
        for (context, isSent) in zip(contexts, isSent) {
            #expect(try sent(&storage, "https://a.com/", context) == (isSent ? ["n=v"] : []))
        }
        var other = CookieStorage()
        try? other.store(set(field), from: url("https://a.com/"), now: now, context: .crossSite)
        #expect(other.count == (isSent.last == true ? 1 : 0))
        try other.store(set(field), from: url("https://a.com/"), now: now, context: .crossSiteNavigation)
        #expect(other.count == 1)
    }

    @Test("sizes (section 5.6)")
    func sizes() throws {
        var storage = CookieStorage()
        let from = try url("http://a.com/")
        let long = String(repeating: "x", count: 4095)
        #expect(SetCookie(fieldValue: "nn=\(long)") == nil)
        try storage.store(set("n=\(long)"), from: from, now: now)
        #expect(storage.count == 1)
        #expect(throws: CookieRejection.invalidSize) {
            try storage.store(SetCookie(name: "nn", value: long), from: from, now: now)
        }
        #expect(throws: CookieRejection.invalidSize) {
            let path = "/" + String(repeating: "x", count: 1024)
            try storage.store(SetCookie(name: "n", value: "", path: path), from: from, now: now)
        }
        // An attribute that is too long is ignored.
        try storage.store(set("m=v; Path=/\(String(repeating: "x", count: 1024))"), from: from, now: now)
        #expect(storage.all.last?.path == "/")
    }

    @Test("a cookie without a name is its value (section 5.8.3)")
    func nameless() throws {
        var storage = CookieStorage()
        try storage.store(set("value"), from: url("http://a.com/"), now: now)
        try storage.store(set("=other"), from: url("http://a.com/x/"), now: now)
        #expect(try sent(&storage, "http://a.com/x/") == ["other", "value"])
    }

    @Test("limits by domain: expired first, then those not secure, then those not sent for long (section 5.7)")
    func domainLimit() throws {
        var storage = CookieStorage(limits: CookieStorage.Limits(perDomain: 3))
        let from = try url("https://a.com/")
        func add(_ field: String, at seconds: Int64) throws {
            try storage.store(set(field), from: from, now: later(seconds))
        }
        try add("old=1; Max-Age=5; Secure", at: 0)
        try add("secure=1; Secure", at: 1)
        try add("plain=1", at: 2)
        try add("new=1", at: 6)
        #expect(storage.all.map(\.name) == ["secure", "plain", "new"])
        try add("path=1; Path=/p", at: 7)
        #expect(storage.all.map(\.name) == ["secure", "new", "path"])
        _ = storage.cookies(for: try url("https://a.com/"), now: later(8))
        try add("next=1", at: 9)
        #expect(storage.all.map(\.name) == ["secure", "new", "next"])
        try add("s2=1; Secure", at: 10)
        try add("s3=1; Secure", at: 11)
        try add("s4=1; Secure", at: 12)
        // Of the secure ones, `secure` was sent at 8, the others were stored later.
        #expect(storage.all.map(\.name) == ["s2", "s3", "s4"])
        #expect(storage.count == 3)
    }

    @Test("limits of the whole: 50 by domain and 3000 in all")
    func totalLimit() throws {
        var storage = CookieStorage()
        for host in 0..<70 {
            for number in 0..<51 {
                let from = try url("http://h\(host).com/")
                try storage.store(set("n\(number)=v"), from: from, now: later(Int64(host * 100 + number)))
            }
        }
        #expect(storage.count == 3000)
        #expect(storage.all.count == 3000)
        // 70 domains with 50 cookies each: the 500 oldest are gone.
        #expect(storage.all.first?.domain == "h10.com")
        #expect(storage.all.first?.name == "n1")
        #expect(try sent(&storage, "http://h69.com/").count == 50)
    }

    @Test("removing")
    func removing() throws {
        var storage = CookieStorage()
        for host in ["a.com", "b.a.com", "xa.com"] {
            try storage.store(set("s=1"), from: url("http://\(host)/"), now: now)
            try storage.store(set("p=1; Max-Age=9"), from: url("http://\(host)/"), now: now)
        }
        storage.remove(try #require(storage.all.first))
        #expect(storage.count == 5)
        storage.removeSessionCookies()
        #expect(storage.all.map(\.domain) == ["a.com", "b.a.com", "xa.com"])
        storage.removeAll(domain: "a.com")
        #expect(storage.all.map(\.domain) == ["xa.com"])
        #expect("\(try #require(storage.all.first))" == "cookie p of xa.com/")
        storage.removeAll()
        #expect(storage.count == 0)
        #expect(storage.all.isEmpty)
    }
}
