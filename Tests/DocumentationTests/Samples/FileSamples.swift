import Martlet
import MartletWeb
import Testing

@Suite("The samples of docs/files.md")
struct FileSamples {
    // Directories that are not there.

    func serve(_ server: HTTPServer) async throws {
        var configuration = VirtualDirectory.Configuration()
        configuration.listsDirectories = true
        configuration.cachePolicy = .maxAge(.seconds(3600))
        let files = VirtualDirectory("site", pathPrefix: "/static", configuration: configuration)
        try await server.serve(files)
    }

    func part(_ request: HTTPServerRequest) async throws {
        let file = try await OpenFile.open("picture.jpg")
        try await request.response.end(file, 0..<file.byteCount())
    }

    func hosts(_ server: HTTPServer) async throws {
        let hosts = VirtualHost()
        try hosts.addHost("example.com", VirtualDirectory("site"))
        try hosts.addHost("*.example.com") { request in
            try await request.response.end("One of many")
        }
        try await server.serve(hosts)
    }
}
