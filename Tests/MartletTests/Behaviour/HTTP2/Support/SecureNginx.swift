import NIOCore

@testable import Martlet

/// nginx that speaks TLS, and HTTP/2 unless told otherwise.
enum SecureNginx {
    /// What `/large` serves: 16 MiB, of which no two parts are the same.
    static let large = {
        var large = ByteBuffer()
        for part in 0..<16 {
            large.writeInteger(part)
            large.writeImmutableBuffer(Nginx.large)
        }
        return large
    }()

    static func run(
        _ certificates: Certificates,
        http2: Bool = true,
        locations: String = "",
        _ body: (RealServer) async throws -> Void
    ) async throws {
        let files = ["hello": ByteBuffer(string: Nginx.hello), "large": large]
        try await Nginx.run(files: files) { port in
            """
            listen 127.0.0.1:\(port) ssl \(http2 ? "http2" : "");
            ssl_certificate \(certificates.path("server.pem"));
            ssl_certificate_key \(certificates.path("server.key"));
            location /put/ { alias files/; dav_methods PUT DELETE; }
            location /413 { client_max_body_size 1k; return 200; }
            location /version { return 200 "$server_protocol $connection"; }
            \(locations)
            """
        } _: { server in
            try await body(server)
        }
    }
}

extension RealServer {
    /// `https://127.0.0.1:` and the port, without a slash at the end.
    var secureURL: String { "https://127.0.0.1:\(port)" }
}
