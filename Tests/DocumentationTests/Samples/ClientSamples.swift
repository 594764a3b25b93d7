// swift-format-ignore-file
// The comments of samples are in columns.

import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

private struct Hero: Codable {
    var name: String
    var ship: String?
}

struct Credentials: ClientMiddleware {
    let token: String

    func wrapping(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender {
        { request in
            var request = request
            request.headers[.authorization] = "Bearer \(token)"
            return try await send(request)
        }
    }
}

@Suite("The samples of docs/client.md", .timeLimit(.minutes(5)))
struct ClientSamples {
    // Files that are not there, and those that would stay.
    func files(_ client: HTTPClient, _ url: String) async throws {
        struct Hero: Codable {
            var name: String
            var ship: String?
        }
        let url = "http://127.0.0.1:4049/file.txt"
        let answer = try await client.post(url, body: .json(Hero(name: "Han Solo", ship: "Millennium Falcon")))
        _ = try await client.post(url, body: .form(["name": "Han Solo", "job": "smuggler"]))
        _ = try await client.put(url, body: .file("falcon.png", contentType: "image/png"), headers: [.ifMatch: "*"])

        var form = MultipartFormData()
        form.append("Han Solo", named: "name")
        form.append(.file(path: "falcon.png", length: 48_213), named: "picture", fileName: "falcon.png")
        _ = try await client.post(url, body: .multipart(form))
        _ = answer
    }

    func reading(_ client: HTTPClient, _ url: String) async throws {
        var count = 0
        let hero = try await client.get(url).json(Hero.self)
        try await client.get(url).save(to: "copy.txt") { written, total in print(written, total ?? "?") }
        for try await bytes in try await client.get(url).body { count += bytes.readableBytes }
        _ = (hero, count)
    }

    func cookies() async throws {
        var configuration = HTTPClient.Configuration()
        let jar = try await CookieJar(contentsOf: "cookies.json")
        configuration.cookieJar = jar
        try await jar.save(to: "cookies.json")
    }

    @Test func gets() async throws {
        try await answering {
            let response = try await HTTPClient.shared.get("http://127.0.0.1:4040/")
            print(response.status, response.headers[.contentType] ?? "")
            print(try await response.text())
        }
    }

    @Test func opens() async throws {
        let (client, url) = (HTTPClient(), "http://127.0.0.1:4049/file.txt")
        try await answering {
            let request = try client.open(.post, url)
            request.headers[.expect] = "100-continue"
            for number in 1...3 { try await request.write("line \(number)\n") }
            let answer = try await request.end()
            #expect(try await answer.text() == "Hello, world!")
        }
    }

    @Test func succeeds() async throws {
        let (client, url) = (HTTPClient(), "http://127.0.0.1:4042/notes")
        try await answering("[{\"title\":\"a\"}]", contentType: "application/json") {
            let notes = try await client.get(url).success().json([Note].self)
            #expect(notes == [Note(title: "a")])
        }
    }

    @Test func middleware() async throws {
        var configuration = HTTPClient.Configuration()
        let token = "secret-token"
        configuration.middleware = [RequestRetries(), Credentials(token: token)]  // the first one is outermost
        let client = HTTPClient(configuration: configuration)
        try await HTTPClient.withOverride { request in
            .text(request.headers[.authorization] ?? "")
        } operation: {
            let text = try await client.get("http://api.example.com/").text()
            #expect(text == "Bearer secret-token")
        }
    }

    @Test func events() async throws {
        let client = HTTPClient()
        try await HTTPClient.withOverride { request in
            guard request.headers[.lastEventID] == nil else { return .init(status: .noContent) }
            return .init(
                headers: [.contentType: "text/event-stream"],
                body: ByteBuffer(string: "retry: 0\nid: 1\nevent: note\ndata: {}\n\n")
            )
        } operation: {
            for try await event in client.events("https://example.com/events") {
                print(event.name, event.data, event.id ?? "")                           // event.json(Note.self)
            }
        }
    }

    @Test func settings() throws {
        var configuration = HTTPClient.Configuration()
        configuration.maximumRedirects = 10
        configuration.onRedirect = { redirect, _ in redirect.location.host == "example.com" }
        configuration.findProxy = { url in
            url.host == "localhost" ? .direct : try ProxyList(pac: "PROXY user:password@proxy:3128; DIRECT")
        }
        configuration.connectionFactory = { _ in .unix(path: "/var/run/docker.sock") }
        configuration.connectionTimeout = .seconds(3)  // 10 s: name lookup, connecting, the proxy's tunnel
        configuration.readTimeout = .seconds(20)       // 60 s: without a byte from the server
        configuration.poolTimeout = .seconds(5)        // 60 s: while all 256 connections to the server are in use
        configuration.totalTimeout = .seconds(60)      // none: everything, including redirects and your callbacks
        // The defaults that the comments name.
        let defaults = HTTPClient.Configuration()
        #expect(defaults.connectionTimeout == .seconds(10) && defaults.readTimeout == .seconds(60))
        #expect(defaults.poolTimeout == .seconds(60) && defaults.maximumConnectionsPerHost == 256)
        #expect(defaults.totalTimeout == nil && defaults.maximumRedirects == 5)
        #expect(configuration.maximumRedirects == 10)
    }

    @Test func authenticates() async throws {
        let (client, token) = (HTTPClient(), "secret-token")
        var configuration = HTTPClient.Configuration()
        try client.addCredentials(.basic(username: "han", password: "solo"), for: "http://example.com/falcon/")
        try client.addCredentials(.bearer(token), for: "http://api.example.com/")
        configuration.authenticate = { url, challenge in
            challenge.realm == "falcon" ? .digest(username: "han", password: "solo") : nil
        }
        #expect(configuration.authenticate != nil)
        try await HTTPClient.withOverride { request in
            .text(request.headers[.authorization] ?? "-")
        } operation: {
            let answers = [
                try await client.get("http://example.com/falcon/1").text(),
                try await client.get("http://example.com/").text(),
                try await client.get("http://api.example.com/").text(),
            ]
            #expect(answers == ["Basic aGFuOnNvbG8=", "-", "Bearer secret-token"])
        }
    }

    @Test func http2() async throws {
        var configuration = HTTPClient.Configuration()
        #expect(configuration.http2.streamWindow == 4 << 20 && configuration.http2.pingInterval == .seconds(15))
        try await answering {
            let response = try await HTTPClient.shared.get("https://example.com/")
            print(response.version)                                     // 2, if the server offers it

            configuration.http2 = .never                                // HTTP/1.1 only
            configuration.http2 = .always                               // http too: "prior knowledge"
            configuration.http2.streamWindow = 1_048_576                // 4 MiB: of one response, for its reader
            configuration.http2.pingInterval = .seconds(5)              // 15 s: of silence while requests wait
        }
    }

    @Test func overrides() async throws {
        @Sendable func codeThatUsesAClient() async throws {
            let hero = try await HTTPClient.shared.get("http://example.com/hero").json(Hero.self)
            #expect(hero.name == "Han Solo")
        }
        try await HTTPClient.withOverride { request in
            request.url.path == "/hero" ? .text("{\"name\":\"Han Solo\"}") : .init(status: .notFound)
        } operation: {
            try await codeThatUsesAClient()
        }
    }
}
