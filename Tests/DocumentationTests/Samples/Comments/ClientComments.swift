import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

// The samples in comments of Martlet's client. The hosts are not there.
struct ClientComments {
    func events(_ client: HTTPClient) async throws {
        for try await event in client.events("https://example.com/events") {
            print(event.name, event.data)
        }
    }

    func get() async throws {
        let response = try await HTTPClient.shared.get("http://127.0.0.1:4040/")
        print(try await response.text())
    }

    func open(_ client: HTTPClient, _ text: String) async throws {
        let request = try client.open(.post, "http://127.0.0.1:4049/file.txt")
        request.headers[.contentType] = "application/json"
        try await request.write(text)
        let response = try await request.end()
        print(response)
    }

    func cookies() {
        var configuration = HTTPClient.Configuration()
        configuration.cookieJar = CookieJar()
        let client = HTTPClient(configuration: configuration)
        print(client)
    }

    func settings(_ configuration: inout HTTPClient.Configuration) {
        configuration.findProxy = { _ in try ProxyList(pac: "PROXY proxy:3128; DIRECT") }
        configuration.http2 = .never
        configuration.middleware = [RequestRetries()]
    }

    func overrides(_ codeThatUsesAClient: () async throws -> Void) async throws {
        try await HTTPClient.withOverride { request in
            .text("Hello from \(request.url.host)")
        } operation: {
            try await codeThatUsesAClient()
        }
    }

    func middleware(_ configuration: inout HTTPClient.Configuration, _ key: String) {
        struct APIKey: ClientMiddleware {
            let key: String

            func wrapping(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender {
                { request in
                    var request = request
                    request.headers[.authorization] = "Bearer \(key)"
                    return try await send(request)
                }
            }
        }
        configuration.middleware = [RequestRetries(), APIKey(key: key)]
    }

    func bodies(_ client: HTTPClient, _ url: String) async throws {
        _ = try await client.post(url, body: .form(["name": "Han Solo"]))
    }

    func multipart(_ client: HTTPClient, _ url: String) async throws {
        var form = MultipartFormData()
        form.append("Han Solo", named: "name")
        _ = try await client.post(url, body: .multipart(form))
    }

    func picture(_ client: HTTPClient) async throws {
        var form = MultipartFormData()
        form.append("Han Solo", named: "name")
        let picture = MultipartFormData.Content.file(path: "/tmp/falcon.png", length: 48_213)
        form.append(picture, named: "picture", fileName: "falcon.png", mediaType: .png)
        let response = try await client.post("https://example.com/heroes", body: .multipart(form))
        print(response)
    }

    func problem(_ response: HTTPClientResponse) async throws {
        if let problem = try await response.problem() { print(problem.detail ?? problem.description) }
    }

    func redirect(_ client: HTTPClient, _ url: String) async throws {
        let request = try client.open(.post, url)
        request.followsRedirects = false
        let response = try await request.end("data")
        let next = response.isRedirect ? try await response.redirect() : response
        print(next)
    }
}
