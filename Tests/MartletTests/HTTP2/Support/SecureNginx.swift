import Foundation
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
        try await RealServer.run("nginx") { directory, port in
            let files = directory.appending(path: "files")
            try FileManager.default.createDirectory(at: files, withIntermediateDirectories: false)
            try Data("Hello, world!".utf8).write(to: files.appending(path: "hello"))
            try Data(large.readableBytesView).write(to: files.appending(path: "large"))
            let configuration = """
                \(getuid() == 0 ? "user root;" : "")
                daemon off;
                master_process on;
                worker_processes 1;
                pid nginx.pid;
                error_log stderr crit;
                events { worker_connections 2048; }
                http {
                    access_log off;
                    keepalive_requests 1000000;
                    client_body_temp_path body;
                    proxy_temp_path proxy;
                    fastcgi_temp_path fastcgi;
                    uwsgi_temp_path uwsgi;
                    scgi_temp_path scgi;
                    client_max_body_size 64m;
                    server {
                        listen 127.0.0.1:\(port) ssl \(http2 ? "http2" : "");
                        ssl_certificate \(certificates.path("server.pem"));
                        ssl_certificate_key \(certificates.path("server.key"));
                        root files;
                        default_type text/plain;
                        location /put/ { alias files/; dav_methods PUT DELETE; }
                        location /413 { client_max_body_size 1k; return 200; }
                        location /version { return 200 "$server_protocol $connection"; }
                        \(locations)
                    }
                }
                """
            try Data(configuration.utf8).write(to: directory.appending(path: "nginx.conf"))
            return ["-p", directory.path, "-c", "nginx.conf", "-e", "stderr"]
        } _: { server in
            try await body(server)
        }
    }
}

extension RealServer {
    /// `https://127.0.0.1:` and the port, without a slash at the end.
    var secureURL: String { "https://127.0.0.1:\(port)" }
}
