import HTTPTypes
import HTTPWire
import Martlet
import Testing

@testable import MartletWeb

@Suite("SignedCookie")
struct SignedCookieTests {
    private static let key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

    private func cookie(_ name: String = "customer", keys: [SigningKey]? = nil) throws -> SignedCookie {
        try SignedCookie(name, keys: keys ?? [SigningKey(base64: Self.key)], lifetime: .seconds(60))
    }

    @Test("is the value, the time at which it ends, and a code")
    func text() throws {
        // printf 'customer=NDcxMQ.1700000000' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef -binary | basenc --base64url
        #expect(
            try cookie().sign("4711", endsAt: 1_700_000_000)
                == "NDcxMQ.1700000000.yq-Lc3o4lpJpGvsp240uEdIpovQX9EFMRLFuwn1piTo"
        )
    }

    @Test(
        "has any text as its value",
        arguments: ["", "a", "4711", "Zoë; \"\r\n\0", String(repeating: "x", count: 2_000)]
    )
    func values(value: String) throws {
        let cookie = try cookie()
        let text = cookie.sign(value, endsAt: 100)
        #expect(cookie.verify(text, now: 99) == value)
        #expect(cookie.verify(text, now: 100) == nil)
    }

    @Test("with any byte changed, cut off or added is none")
    func changes() throws {
        let cookie = try cookie()
        let text = Array(cookie.sign("4711", endsAt: 1_700_000_000).utf8)
        for index in text.indices {
            for byte in [UInt8(ascii: "A"), UInt8(ascii: "."), UInt8(ascii: "-"), text[index] ^ 1]
            where byte != text[index] {
                var changed = text
                changed[index] = byte
                #expect(cookie.verify(String(decoding: changed, as: UTF8.self), now: 0) == nil)
            }
            #expect(cookie.verify(String(decoding: text[..<index], as: UTF8.self), now: 0) == nil)
        }
        #expect(cookie.verify(String(decoding: text, as: UTF8.self) + ".", now: 0) == nil)
        #expect(cookie.verify(String(decoding: text, as: UTF8.self) + "A", now: 0) == nil)
    }

    @Test("of another name or key is none; keys can be replaced")
    func keys() throws {
        let (old, new) = (try SigningKey(base64: Self.key), SigningKey.random())
        let before = try cookie(keys: [old]).sign("4711", endsAt: 100)
        #expect(try cookie("other", keys: [old]).verify(before, now: 0) == nil)
        #expect(try cookie(keys: [new]).verify(before, now: 0) == nil)
        let both = try cookie(keys: [new, old])
        #expect(both.verify(before, now: 0) == "4711")
        let after = both.sign("4711", endsAt: 100)
        #expect(try cookie(keys: [old]).verify(after, now: 0) == nil)
        #expect(try cookie(keys: [new]).verify(after, now: 0) == "4711")
    }

    @Test("goes to the client and comes back", arguments: Transport.allCases)
    func exchange(transport: Transport) async throws {
        let cookie = try cookie()
        try await withServer(over: transport, .bare) { request in
            switch request.url.path {
            case "/set":
                try cookie.set("first", in: request)
                try cookie.set("4711", in: request)
            case "/remove": try cookie.remove(in: request)
            default: break
            }
            try await request.response.end(cookie.value(in: request) ?? "none")
        } test: { server, client in
            let set = try await client.get(server.url + "set")
            let field = try #require(set.headers[values: .setCookie].first)
            #expect(set.headers[values: .setCookie].count == 1)
            #expect(field.hasPrefix("customer=NDcxMQ."))
            #expect(field.hasSuffix("; Max-Age=60; Path=/; HttpOnly; SameSite=Lax"))
            let pair = String(field.prefix { $0 != ";" })
            for (cookies, text) in [
                (pair, "4711"), ("customer=x; \(pair)", "4711"), ("customer=NDcxMQ.9999999999.AAAA", "none"),
                ("a=b", "none"),
                (pair.replacing("customer", with: "other"), "none"),
                (String(repeating: "customer=x; ", count: 4) + pair, "none"),
            ] {
                let request = try client.open(.get, server.url)
                request.headers[.cookie] = cookies
                #expect(try await request.end().text() == text, "\(cookies)")
            }
            let removed = try await client.get(server.url + "remove")
            #expect(removed.headers[.setCookie] == "customer=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax")
        }
    }

    @Test("that can't be is an error when it is made")
    func refusals() throws {
        let key = SigningKey.random()
        #expect(throws: MiddlewareError.noSigningKey) { _ = try SignedCookie("a", keys: [], lifetime: .seconds(1)) }
        for lifetime in [Duration.zero, .seconds(-1), .milliseconds(10), .seconds(Int.max)] {
            #expect(throws: MiddlewareError.invalidTimeout(lifetime)) {
                _ = try SignedCookie("a", keys: [key], lifetime: lifetime)
            }
        }
        #expect(throws: CookieError.self) { _ = try SignedCookie("a b", keys: [key], lifetime: .seconds(1)) }
        #expect(throws: CookieError.self) {
            _ = try SignedCookie("__Host-a", keys: [key], lifetime: .seconds(1), path: "/b")
        }
        for text in ["", "secret", "MDEyMzQ1Njc4OWFiY2RlZg==", String(Self.key.dropLast())] {
            #expect(throws: MiddlewareError.invalidSigningKey) { _ = try SigningKey(base64: text) }
        }
    }

    @Test("keeps its key to itself")
    func secrecy() throws {
        let key = try SigningKey(base64: Self.key)
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key) \(String(reflecting: key)) \(dumped)".replacing("a signing key", with: "") == "  - \n")
    }
}
