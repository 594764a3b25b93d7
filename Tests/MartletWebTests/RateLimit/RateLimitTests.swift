import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import Testing

@Suite("RateLimit")
struct RateLimitTests {
    /// No token comes back while a test runs.
    private static let hour = Duration.seconds(3600)

    @Test("answers so many requests at once, and then 429", arguments: Transport.allCases)
    func statuses(transport: Transport) async throws {
        let limit = try RateLimit(2, per: Self.hour)
        let handler = limit.wrapping { try await $0.response.end("fine") }
        try await withServer(over: transport, .bare, ErrorPages().wrapping(handler)) { server, client in
            for remaining in [1, 0] {
                let response = try await client.get(server.url)
                #expect(response.status == .ok)
                #expect(response.headers[.rateLimitPolicy] == "\"default\";q=2;w=3600")
                #expect(response.headers[.rateLimit]?.hasPrefix("\"default\";r=\(remaining);t=1") == true)
                #expect(response.headers[.retryAfter] == nil)
            }
            for _ in 0..<2 {
                let request = try client.open(.get, server.url)
                request.headers[.accept] = "application/problem+json"
                let response = try await request.end()
                #expect(response.status == .tooManyRequests)
                #expect(response.headers[.contentType] == "application/problem+json")
                #expect(response.headers[.rateLimit] == "\"default\";r=0;t=1800")
                #expect(response.headers[.retryAfter] == "1800")
                #expect(try await response.text().contains("Too many requests; try again in 1800 s."))
            }
        }
    }

    @Test("the bytes")
    func bytes() async throws {
        let handler = try RateLimit(1, per: Self.hour, name: "all").wrapping { try await $0.response.end("fine") }
        try await withServer(.bare, handler) { server in
            let text = try await server.transcript(of: get() + get("/", "Connection: close"))
            #expect(
                text == "HTTP/1.1 200 OK\r\nRateLimit-Policy: \"all\";q=1;w=3600\r\nRateLimit: \"all\";r=0;t=3600\r\n"
                    + "Content-Length: 4\r\n\r\nfine"
                    + "HTTP/1.1 429 Too Many Requests\r\n"
                    + "RateLimit-Policy: \"all\";q=1;w=3600\r\nRateLimit: \"all\";r=0;t=3600\r\nRetry-After: 3600\r\n"
                    + "Connection: close\r\nContent-Length: 39\r\n\r\nToo many requests; try again in 3600 s."
            )
        }
    }

    @Test(
        "tells clients apart behind trusted proxies, and an IPv6 network is one client",
        arguments: Transport.allCases
    )
    func clients(transport: Transport) async throws {
        let handler = try RateLimit(1, per: Self.hour).wrapping { try await $0.response.end("fine") }
        let configuration = HTTPServer.Configuration.bare.with { $0.trustedProxies = AddressRange.loopback }
        try await withServer(over: transport, configuration, handler) { server, client in
            for (address, code) in [
                ("192.0.2.1", 200), ("192.0.2.1", 429), ("192.0.2.2", 200), ("::ffff:192.0.2.2", 429),
                ("2001:db8:0:1::1", 200), ("2001:db8:0:1:ffff::2", 429), ("2001:db8:0:2::1", 200),
                // The proxy adds the address that it sees to what the client claims.
                ("198.51.100.1, 192.0.2.1", 429), ("198.51.100.2, 192.0.2.9", 200),
            ] {
                let request = try client.open(.get, server.url)
                request.headers[.xForwardedFor] = address
                let response = try await request.end()
                #expect(response.status.code == code, "\(address)")
                _ = try await response.text()
            }
        }
    }

    @Test("does not believe what clients say of their address", arguments: Transport.allCases)
    func forgery(transport: Transport) async throws {
        let handler = try RateLimit(1, per: Self.hour).wrapping { try await $0.response.end("fine") }
        try await withServer(over: transport, .bare, handler) { server, client in
            for (address, code) in [("192.0.2.1", 200), ("192.0.2.2", 429), ("192.0.2.3", 429)] {
                let request = try client.open(.get, server.url)
                request.headers[.xForwardedFor] = address
                request.headers[.forwarded] = "for=\(address)"
                let response = try await request.end()
                #expect(response.status.code == code)
                _ = try await response.text()
            }
        }
    }

    @Test("by a name of the program's choice, or not at all", arguments: Transport.allCases)
    func names(transport: Transport) async throws {
        let limit = try RateLimit(1, per: Self.hour) { request in try request.url.queryParameters["user"] }
        let handler = limit.wrapping { try await $0.response.end("fine") }
        try await withServer(over: transport, .bare, handler) { server, client in
            for (query, code) in [("?user=a", 200), ("?user=a", 429), ("?user=b", 200), ("", 200), ("", 200)] {
                let response = try await client.get(server.url + query)
                #expect(response.status.code == code)
                #expect((response.headers[.rateLimit] == nil) == query.isEmpty)
                _ = try await response.text()
            }
        }
    }

    @Test("twice: both apply, and both are told", arguments: Transport.allCases)
    func nested(transport: Transport) async throws {
        let store = MemoryRateLimitStore()
        var router = Router()
        router.use(try RateLimit(3, per: Self.hour, name: "site", store: store))
        router.get("/") { try await $0.response.end("fine") }
        try router.group("/search", use: RateLimit(1, per: Self.hour, name: "search", store: store)) { search in
            search.get("/") { try await $0.response.end("found") }
        }
        try await withServer(over: transport, .bare, router.handler) { server, client in
            let first = try await client.get(server.url + "search/")
            #expect(first.headers[values: .rateLimitPolicy] == ["\"site\";q=3;w=3600", "\"search\";q=1;w=3600"])
            for (path, code) in [("search/", 429), ("", 200), ("", 429)] {
                let response = try await client.get(server.url + path)
                #expect(response.status.code == code)
            }
            #expect(store.count == 2)
        }
    }

    @Test("in a handler, by what it finds out", arguments: Transport.allCases)
    func taking(transport: Transport) async throws {
        let attempts = try RateLimit(2, per: Self.hour, name: "attempts")
        try await withServer(over: transport, .bare) { request in
            try await attempts.take("user \(request.url.path)", for: request)
            try await request.response.end("fine")
        } test: { server, client in
            for (path, code) in [("a", 200), ("a", 200), ("a", 429), ("b", 200)] {
                let response = try await client.get(server.url + path)
                #expect(response.status.code == code)
                #expect(response.headers[.rateLimitPolicy] == "\"attempts\";q=2;w=3600")
            }
        }
    }

    @Test("leaves requests alone that the server refuses")
    func refused() async throws {
        let limit = try RateLimit(1, per: Self.hour)
        try await withBoundServer { server in
            let serving = Task { try await server.serve(around: [limit]) { try await $0.response.end("fine") } }
            for _ in 0..<3 {
                let response = try await server.response(to: "GET / HTTP/1.1\r\n\r\n")
                #expect(response.status == 400)
            }
            let response = try await server.response(to: get())
            #expect(response.status == 200)
            await server.close(force: true)
            try await serving.value
        }
    }

    @Test("can be shared by servers through a store")
    func store() async throws {
        /// A store that says no to every second request.
        final class Alternating: RateLimitStore {
            private let keys = Events<String>()

            var seen: [String] { keys.all }

            func take(from key: String, _ policy: RateLimitPolicy) async -> RateLimitDecision {
                keys.add("\(policy.name) \(key)")
                return RateLimitDecision(
                    isAllowed: keys.all.count % 2 == 1,
                    remaining: 7,
                    nanosecondsUntilNext: 1_500_000_000,
                    nanosecondsUntilFull: 2_500_000_000
                )
            }
        }
        let store = Alternating()
        let handler = try RateLimit(9, per: .seconds(60), store: store).wrapping { try await $0.response.end("fine") }
        try await withServer(.bare, handler) { server in
            let first = try await server.response(to: get())
            #expect(first.status == 200)
            #expect(first["RateLimit"] == "\"default\";r=7;t=3")
            let second = try await server.response(to: get())
            #expect(second.status == 429)
            #expect(second["Retry-After"] == "2")
            #expect(store.seen == ["default 127.0.0.1", "default 127.0.0.1"])
        }
    }
}
