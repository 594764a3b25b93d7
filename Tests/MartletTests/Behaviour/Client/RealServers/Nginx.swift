import Foundation
import NIOCore

@testable import Martlet

/// nginx with some files to serve, and a place for each thing that clients meet.
enum Nginx {
    /// What `/hello` serves.
    static let hello = "Hello, world!"
    /// What `/large` serves: bytes of which no two thousand are the same.
    static let large = ByteBuffer(bytes: (0..<1_048_576).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })
    /// What `/text` serves, in gzip to those who ask.
    static let text = String(repeating: "A text that gzip makes short. ", count: 4_000)

    /// Runs nginx while `body` uses it.
    ///
    /// - Parameters:
    ///   - isSingle: Whether it is one process, which can be killed at once, and not a master and a worker.
    ///   - locations: Further lines of the configuration.
    static func run(
        isSingle: Bool = false,
        locations: String = "",
        _ body: (RealServer) async throws -> Void
    ) async throws {
        let files = [
            "hello": ByteBuffer(string: hello),
            "large": large,
            "text": ByteBuffer(string: text),
            "users": ByteBuffer(string: "Aladdin:{PLAIN}open sesame\n"),
        ]
        try await run(files: files, isSingle: isSingle) { port in
            """
            listen 127.0.0.1:\(port);
            listen unix:nginx.sock;
            location /text { gzip on; gzip_types text/plain; gzip_min_length 1; }
            location /slow { alias files/large; limit_rate 100k; }
            location /put/ { alias files/; dav_methods PUT DELETE; }
            location /closing { keepalive_timeout 0; return 200 closing; }
            location /private/ { alias files/; auth_basic cave; auth_basic_user_file files/users; }
            location /301 { return 301 /hello; }
            location /302 { return 302 http://127.0.0.1:\(port)/hello; }
            location /303 { return 303 /hello; }
            location /307 { return 307 /put/moved; }
            location /308 { return 308 /put/moved; }
            location /loop { return 302 /loop; }
            location /404 { return 404; }
            location /500 { return 500 broken; }
            location /204 { return 204; }
            location /413 { client_max_body_size 1k; return 200; }
            \(locations)
            """
        } _: { server in
            try await body(server)
        }
    }

    /// Runs nginx with files of one's own while `body` uses it.
    ///
    /// - Parameters:
    ///   - files: What lies in the folder that is served, by names.
    ///   - isSingle: Whether it is one process, which can be killed at once, and not a master and a worker.
    ///   - server: Tells the lines of the configuration that make the server on a port.
    static func run(
        files: [String: ByteBuffer],
        isSingle: Bool = false,
        server: (_ port: Int) -> String,
        _ body: (RealServer) async throws -> Void
    ) async throws {
        try await RealServer.run("nginx") { directory, port in
            let folder = directory.appending(path: "files")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            for (name, content) in files {
                try Data(content.readableBytesView).write(to: folder.appending(path: name))
            }
            let configuration = configuration(server: server(port), isSingle: isSingle)
            try Data(configuration.utf8).write(to: directory.appending(path: "nginx.conf"))
            return ["-p", directory.path, "-c", "nginx.conf", "-e", "stderr"]
        } _: { server in
            try await body(server)
        }
    }

    private static func configuration(server: String, isSingle: Bool) -> String {
        """
        \(getuid() == 0 ? "user root;" : "")
        daemon off;
        master_process \(isSingle ? "off" : "on");
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
            default_type text/plain;
            root files;
            server {
                \(server)
            }
        }
        """
    }
}
