import HTTPTypes
import HTTPWire
import Martlet
import Testing

@testable import MartletWeb

@Suite("F5: Vary names what an answer depends on")
struct VaryTests {
    /// A site with files, behind CORS and error pages.
    private func handler(_ site: TemporaryDirectory, _ origins: AllowedOrigins) throws -> HTTPServer.Handler {
        try site.write(String(repeating: "text ", count: 100), to: "root/a.txt")
        var configuration = VirtualDirectory.Configuration()
        configuration.listsDirectories = true
        let files = VirtualDirectory(site.root, configuration: configuration)
        let policy = try CORSPolicy(origins: origins)
        return policy.wrapping(ErrorPages().wrapping(files.handle))
    }

    /// Requests, and what their answers depend on beside the origin.
    private static let requests:
        [(method: HTTPRequest.Method, path: String, fields: HTTPFields, status: Int, vary: Set<String>)] = [
            (.get, "a.txt", [:], 200, ["accept-encoding"]), (.head, "a.txt", [:], 200, ["accept-encoding"]),
            (.get, "a.txt", [.ifNoneMatch: "*"], 304, ["accept-encoding"]),
            (.get, "a.txt", [.range: "bytes=0-1"], 206, ["accept-encoding"]),
            (.get, "a.txt", [.range: "bytes=900-"], 416, ["accept-encoding", "accept"]),
            (.get, "a.txt", [.ifMatch: "\"x\""], 412, ["accept-encoding", "accept"]),
            (.get, "sub/", [:], 200, ["accept"]), (.get, "none", [:], 404, ["accept"]),
            (.head, "none", [:], 404, ["accept"]),
            (.post, "a.txt", [:], 405, ["accept"]), (.options, "a.txt", [:], 204, []), (.get, "sub", [:], 301, []),
        ]

    private func vary(_ response: HTTPClientResponse) -> Set<String> {
        Set(
            response.headers[values: .vary].flatMap { $0.split(separator: ",") }.map {
                $0.lowercased().filter { $0 != " " }
            }
        )
    }

    @Test("over every transport, with an origin and without", arguments: Transport.allCases)
    func all(transport: Transport) async throws {
        let site = try TemporaryDirectory(["root", "root/sub"])
        for (origins, isAny) in [(AllowedOrigins.any, true), (.only(["https://a.example"]), false)] {
            try await withServer(over: transport, .bare, try handler(site, origins)) { server, client in
                for (method, path, fields, status, expected) in Self.requests {
                    for origin in [nil, "https://a.example", "https://b.example"] {
                        let request = try client.open(method, server.url + path)
                        request.followsRedirects = false
                        for field in fields { request.headers[field.name] = field.value }
                        request.headers[.origin] = origin
                        let response = try await request.end()
                        #expect(response.status.code == status)
                        let named = expected.union(isAny ? [] : ["origin"])
                        #expect(vary(response) == named, "\(method) \(path) \(fields) \(origin ?? "-")")
                        let allowed = isAny ? "*" : origin == "https://a.example" ? origin : nil
                        #expect(response.headers[.accessControlAllowOrigin] == allowed)
                    }
                }
            }
        }
    }
}
