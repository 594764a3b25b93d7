import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@Suite("Values in requests and responses, over every transport", .timeLimit(.minutes(5)))
struct TransportValueTests {
    @Test("S10: cookies arrive as they were sent", arguments: Transport.allCases)
    func cookies(transport: Transport) async throws {
        let sent = #"j={"x":1,"y":"a b"}; n=café; e=; q="a"; t=a=b=; $Version=1; a b=c; é[0]=ü; plain; t=2"#
        try await withServer(over: transport) { request in
            try await request.response.end(request.cookies.map(\.description).joined(separator: "; "))
        } test: { server, client in
            let request = try client.open(.get, server.url)
            request.headers[.cookie] = sent
            let answer = try await request.end().text()
            #expect(answer == sent)
        }
    }

    @Test("S9: a lone percent sign and raw UTF-8 are read in queries and forms", arguments: Transport.allCases)
    func percent(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            let form = try QueryParameters(try await request.text())
            let query = try request.url.queryParameters
            try await request.response.end("\(query["q"] ?? "-") \(form["q"] ?? "-") \(form["n"] ?? "-")")
        } test: { server, client in
            let answer = try await client.post(server.url + "?q=100%", body: "q=100%&n=café").text()
            #expect(answer == "100% 100% café")
        }
    }

    /// Those of the libraries that are built in.
    private static let further = [ContentCoding.br, .zstd].filter(\.isSupported)

    @Test("C4: stacked codings are undone, and lists have empty members", arguments: Transport.allCases)
    func codings(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            var content = ByteBuffer(string: "hello")
            for coding in [ContentCoding.deflate, .gzip] + Self.further {
                var coded = ByteBuffer()
                let compressor = try Compressor(coding)
                try compressor.compress(content, into: &coded)
                try compressor.finish(into: &coded)
                content = coded
            }
            request.response.headers.append(HTTPField(name: .contentEncoding, value: "deflate, identity"))
            request.response.headers.append(HTTPField(name: .contentEncoding, value: ", x-gzip ,"))
            for coding in Self.further {
                request.response.headers.append(HTTPField(name: .contentEncoding, value: "\(coding)"))
            }
            try await request.response.end(content)
        } test: { server, client in
            let response = try await client.get(server.url)
            #expect(response.compressionState == .decompressed)
            let text = try await response.text()
            #expect(text == "hello")
        }
    }

    @Test("C20: a host has one form on both sides", arguments: [Transport.http1, .http2])
    func hosts(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            try await request.response.end(request.headers.host?.host ?? "-")
        } test: { server, client in
            for host in ["127.1", "0x7f.1", "2130706433", "0177.0.0.1", "127.0.0.1.", "%31%32%37.1"] {
                let response = try await client.get("http://\(host):\(server.port)/")
                #expect(response.url.host == "127.0.0.1")
                let seen = try await response.text()
                #expect(seen == "127.0.0.1")
            }
            for host in ["256.1", "1.2.3.4.5", "127.0.0.1x.1"] {
                await #expect(throws: HTTPClientError.self) { try await client.get("http://\(host):\(server.port)/") }
            }
        }
    }
}
