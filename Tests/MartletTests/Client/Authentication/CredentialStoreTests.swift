import HTTPWire
import Testing

@testable import Martlet

@Suite("Credentials and where they may go (RFC 9110 section 11.5, RFC 7617 section 2.2)")
struct CredentialStoreTests {
    private func url(_ text: String) throws -> HTTPURL {
        try #require(HTTPURL(text))
    }

    private func challenge(_ text: String) throws -> Challenge {
        try #require(Challenge.parse(text).first)
    }

    @Test(
        "a protection space is a folder of an origin",
        arguments: [
            ("http://a/b/c", "http://a/b", true),
            ("http://a/b/c", "http://a/b/", true),
            ("http://a/b/c", "http://a/b/d?e", true),
            ("http://a/b/c", "http://a/b/d/e", true),
            ("http://a/b/c", "http://A:80/b/c", true),
            ("http://a/b/c", "http://a/bc", false),
            ("http://a/b/c", "http://a/", false),
            ("http://a/b/c", "http://a", false),
            ("http://a/b/c", "http://a/B/c", false),
            ("http://a/b/c", "http://a/b/../d", false),
            ("http://a/b/c", "http://a/b/%2e%2e/d", false),
            ("http://a", "http://a", true),
            ("http://a", "http://a/x", true),
            ("http://a/", "http://a", true),
            ("http://a/x", "http://a/y", true),
            ("http://a/", "https://a/", false),
            ("http://a/", "http://a:81/", false),
            ("http://a/", "http://b.a/", false),
            ("http://b.a/", "http://a/", false),
            ("http://a/", "ws://a/", false),
        ]
    )
    func spaces(of: String, other: String, contains: Bool) throws {
        #expect(try ProtectionSpace(url(of)).contains(url(other)) == contains)
        var store = CredentialStore()
        store.add(.basic(username: "u", password: "p"), for: try url(of))
        #expect(try (store.credentials(for: url(other)) != nil) == contains)
        #expect(try (store.credentials(for: url(other), challenge: challenge("Basic realm=x")) != nil) == contains)
    }

    @Test("a path need not be written in one way")
    func paths() throws {
        let origin = try url("https://a").origin
        for path in ["b", "/b", "/b/", "/b//"] {
            #expect(ProtectionSpace(origin, path: path).description == "https://a/b")
        }
        #expect(ProtectionSpace(origin).description == "https://a")
        #expect(ProtectionSpace(origin, path: "/").path == "")
    }

    @Test("the longest path goes first, and the newest of equals")
    func longest() throws {
        var store = CredentialStore()
        #expect(store.isEmpty)
        store.add(.basic(username: "b", password: ""), for: try url("http://a/x/y/"))
        store.add(.basic(username: "a", password: ""), for: try url("http://a/"))
        store.add(.basic(username: "c", password: ""), for: try url("http://a/x/"))
        let table = [
            ("/", "a"), ("/z", "a"), ("/x/", "c"), ("/x/z", "c"), ("/x/y", "b"), ("/x/y/z", "b"), ("/xy", "a"),
        ]
        for (path, username) in table {
            #expect(try store.credentials(for: url("http://a\(path)"))?.username == username)
        }
        store.add(.digest(username: "d", password: ""), for: try url("http://a/"))
        #expect(try store.credentials(for: url("http://a/"))?.username == "d")
        store.add(.basic(username: "e", password: ""), for: try url("http://a/"))
        #expect(try store.credentials(for: url("http://a/"))?.username == "e")
        store.removeAll()
        #expect(store.isEmpty)
    }

    @Test("a challenge is answered by its scheme and realm")
    func challenges() throws {
        var store = CredentialStore()
        store.add(.basic(username: "any", password: ""), for: try url("http://a/"))
        store.add(.basic(username: "one", password: ""), for: try url("http://a/x/"), realm: "one")
        store.add(.digest(username: "digest", password: ""), for: try url("http://a/"), realm: "one")
        store.add(try .bearer("t"), for: try url("http://a/"))
        let table: [(String, String, String?)] = [
            ("http://a/", "Basic realm=one", "one"),
            ("http://a/x/", "basic realm=one", "one"),
            ("http://a/x/", "Basic realm=two", "any"),
            ("http://a/", "Basic", "any"),
            ("http://a/", "Digest realm=one, nonce=n", "digest"),
            ("http://a/", "Digest realm=two, nonce=n", nil),
            ("http://b/", "Basic realm=one", nil),
            ("https://a/", "Basic realm=one", nil),
            ("http://a:8080/", "Basic realm=one", nil),
            ("http://a/", "Negotiate", nil),
        ]
        for (target, text, username) in table {
            #expect(try store.credentials(for: url(target), challenge: challenge(text))?.username == username)
        }
        #expect(try store.credentials(for: url("http://a/"), challenge: challenge("Bearer"))?.scheme == .bearer)
    }

    @Test("what a server has refused can be removed")
    func removing() throws {
        var store = CredentialStore()
        let credentials = HTTPCredentials.basic(username: "u", password: "p")
        store.add(credentials, for: try url("http://a/x/"))
        store.add(credentials, for: try url("http://b/"))
        store.remove(credentials, for: try url("http://a/y"))
        #expect(try store.credentials(for: url("http://a/x/")) == nil)
        #expect(try store.credentials(for: url("http://b/")) == credentials)
    }

    @Test("R20: what servers' challenges add is bounded, and drives out nothing that the user has added")
    func bounds() throws {
        var store = CredentialStore()
        let own = HTTPCredentials.basic(username: "own", password: "")
        store.add(own, for: try url("http://a/"), realm: "own")
        for number in 0..<3000 {
            let host = number < 1000 ? "a" : "h\(number)"
            let space = ProtectionSpace(try url("http://\(host)/\(number)/"))
            store.learn(.basic(username: "u", password: ""), for: space, realm: number % 2 == 0 ? "r\(number)" : nil)
        }
        #expect(store.count == 1 + CredentialStore.learnedInAll)
        #expect(store.credentials(for: try url("http://a/"), challenge: try challenge("Basic realm=own")) == own)
        #expect(store.credentials(for: try url("http://h2999/2999/x"))?.scheme == .basic)
        var one = CredentialStore()
        for number in 0..<1000 {
            one.learn(own, for: ProtectionSpace(try url("http://a/")), realm: "r\(number)")
        }
        #expect(one.count == CredentialStore.learnedPerOrigin)
        // What the user has added stays the user's when a challenge confirms it.
        var kept = CredentialStore()
        kept.add(own, for: try url("http://a/"), realm: "own")
        kept.learn(own, for: ProtectionSpace(try url("http://a/")), realm: "own")
        for number in 0..<100 { kept.learn(own, for: ProtectionSpace(try url("http://a/")), realm: "r\(number)") }
        #expect(kept.credentials(for: try url("http://a/"), challenge: try challenge("Basic realm=own")) == own)
    }
}
