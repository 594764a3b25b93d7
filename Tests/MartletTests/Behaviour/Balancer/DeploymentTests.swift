import Foundation
import HTTPTypes
import NIOCore
import TestProcesses
import Testing

@testable import Martlet

/// The configurations of docs/deployment.md, with the real programs.
@Suite("Behind a balancer, as the documentation says", .timeLimit(.minutes(5)))
struct DeploymentTests {
    private static let configuration = HTTPServer.Configuration.bare.with {
        $0.trustedProxies = AddressRange.loopback
    }

    /// An echo for WebSockets, an endless stream of events, and the addresses of the request for all else.
    private static let handler: HTTPServer.Handler = { request in
        switch request.url.path {
        case "/socket":
            let socket = try await WebSocket.upgrade(request)
            for try await message in socket { try await socket.send(message) }
        case "/events":
            request.response.headers.contentType = .eventStream
            request.response.headers[.xAccelBuffering] = "no"
            try await request.response.write("data: first\n\n")
            try await request.response.flush()
            try await untilCancelled()
        case "/upload":
            try await request.response.end("\(try await request.collect(upTo: 4_194_304).readableBytes)")
        default:
            let info = request.connectionInfo
            try await request.response.end(
                "\(request.remoteAddress?.host ?? "") \(info?.remotePort ?? 0) \(request.requestedURL) \(request.version)"
            )
        }
    }

    // MARK: HTTP

    private func nginx(_ file: String, _ texts: [String: String], _ directory: URL, port: Int) throws -> [String] {
        let part = try DeploymentDocument.file(file, replacing: texts)
        let isStream = file == "nginx-stream.conf"
        // Where it is installed apart, as Debian does.
        let module = "/usr/lib/nginx/modules/ngx_stream_module.so"
        let configuration = """
            \(isStream && access(module, R_OK) == 0 ? "load_module \(module);" : "")
            \(getuid() == 0 ? "user root;" : "")
            daemon off;
            worker_processes 1;
            pid nginx.pid;
            error_log stderr crit;
            events { worker_connections 1024; }
            \(isStream ? part : "")
            http {
                access_log off;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                \(isStream ? "" : part)
            }
            """
        try Data(configuration.utf8).write(to: directory.appending(path: "nginx.conf"))
        return ["-p", directory.path, "-c", "nginx.conf", "-e", "stderr"]
    }

    private func haproxy(_ file: String, _ texts: [String: String], _ directory: URL) throws -> [String] {
        let configuration = try DeploymentDocument.file(file, replacing: texts)
        try Data(configuration.utf8).write(to: directory.appending(path: "haproxy.cfg"))
        return ["-db", "-q", "-f", "haproxy.cfg"]
    }

    /// What has to work behind either.
    ///
    /// - Parameter remote: The address that the server takes for the client's, if the client says that it is 203.0.113.9.
    private func checkAll(_ front: RealServer, client http2: HTTPClient.HTTP2Configuration, remote: String) async throws
    {
        var configuration = HTTPClient.Configuration()
        configuration.http2 = http2
        let client = HTTPClient(configuration: configuration)
        do {
            for _ in 0..<3 {
                let text = try await client.get(
                    front.url + "/page?a=b",
                    headers: [.xForwardedFor: "203.0.113.9"]
                ).text()
                let parts = text.split(separator: " ")
                #expect(parts.first.map(String.init) == remote)
                #expect(parts.dropFirst(2).first == "http://127.0.0.1:\(front.port)/page?a=b")
            }
            let upload = try await client.post(
                front.url + "/upload",
                body: .buffer(ByteBuffer(repeating: 1, count: 2_000_000))
            )
            #expect(try await upload.text() == "2000000")
            // The first event arrives while there will be others.
            let events = try await client.get(front.url + "/events")
            var body = events.body.makeAsyncIterator()
            let first = try await body.next()
            #expect(first.map { String(buffer: $0) } == "data: first\n\n")
        } catch {
            await client.close(force: true)
            throw error
        }
        await client.close(force: true)
        let socket = try await WebSocket.connect("ws://127.0.0.1:\(front.port)/socket")
        for text in ["one", String(repeating: "two", count: 50_000)] {
            try await socket.send(text)
            let echoed = try await socket.receive()
            #expect(echoed == .text(text))
        }
        await socket.close()
        #expect(socket.closeCode == .normalClosure)
    }

    @Test("nginx passes requests, WebSockets, events and uploads on, and says whose they are")
    func nginxHTTP() async throws {
        try await withServer(Self.configuration, Self.handler) { server in
            try await RealServer.run("nginx") { directory, port in
                let texts = ["127.0.0.1:8080": "127.0.0.1:\(server.port)", "listen 80;": "listen 127.0.0.1:\(port);"]
                return try nginx("nginx-http.conf", texts, directory, port: port)
            } _: { front in
                // nginx adds the client's address, which here is one of a proxy too, to what the client has sent.
                try await checkAll(front, client: .never, remote: "203.0.113.9")
            }
        }
    }

    @Test("HAProxy does, over HTTP/1.1 and HTTP/2")
    func haproxyHTTP() async throws {
        try await withServer(Self.configuration, Self.handler) { server in
            try await RealServer.run("haproxy") { directory, port in
                let texts = ["127.0.0.1:8080": "127.0.0.1:\(server.port)", "bind :80\n": "bind 127.0.0.1:\(port)\n"]
                return try haproxy("haproxy-http.cfg", texts, directory)
            } _: { front in
                // What the client says of itself is left out.
                try await checkAll(front, client: .never, remote: "127.0.0.1")
                try await checkAll(front, client: .always, remote: "127.0.0.1")
            }
        }
    }

    // MARK: The PROXY protocol

    /// Requests through a balancer of bytes, over TLS, HTTP/1.1 and HTTP/2: the server knows their clients' ports.
    private func checkSecure(_ front: RealServer) async throws {
        let authority = try await SharedCertificates.value.path("authority.pem")
        for _ in 0..<2 {
            let client = try await RawClient.connectSecurely(port: front.port, authority: authority)
            client.send(get())
            let text = try await client.response().text
            #expect(text.hasPrefix("127.0.0.1 \(client.localPort) https://a/ 1.1"))
        }
        let client = try await SharedCertificates.value.makeClient { $0.http2 = .automatic }
        let response = try await client.get("https://127.0.0.1:\(front.port)/")
        #expect(response.version == .http2)
        await client.close(force: true)
    }

    private func withSecureServer(test: (HTTPServer) async throws -> Void) async throws {
        let configuration = Self.configuration.with { $0.proxyProtocol = .required(from: AddressRange.loopback) }
        try await withServer(over: .secure, configuration, Self.handler) { server, _ in try await test(server) }
    }

    @Test("nginx passes TLS on, with version 1 of the PROXY protocol")
    func nginxStream() async throws {
        try await withSecureServer { server in
            try await RealServer.run("nginx") { directory, port in
                let texts = ["127.0.0.1:8443": "127.0.0.1:\(server.port)", "listen 443;": "listen 127.0.0.1:\(port);"]
                return try nginx("nginx-stream.conf", texts, directory, port: port)
            } _: { front in
                try await checkSecure(front)
            }
        }
    }

    @Test("HAProxy does, with version 2 and a checksum")
    func haproxyTCP() async throws {
        try await withSecureServer { server in
            try await RealServer.run("haproxy") { directory, port in
                let texts = ["127.0.0.1:8443": "127.0.0.1:\(server.port)", "bind :443": "bind 127.0.0.1:\(port)"]
                return try haproxy("haproxy-tcp.cfg", texts, directory)
            } _: { front in
                try await checkSecure(front)
            }
        }
    }

    @Test("HAProxy does, with version 1")
    func haproxyText() async throws {
        try await withSecureServer { server in
            try await RealServer.run("haproxy") { directory, port in
                let texts = [
                    "127.0.0.1:8443": "127.0.0.1:\(server.port)", "bind :443": "bind 127.0.0.1:\(port)",
                    "send-proxy-v2 proxy-v2-options crc32c": "send-proxy",
                ]
                return try haproxy("haproxy-tcp.cfg", texts, directory)
            } _: { front in
                try await checkSecure(front)
            }
        }
    }

    // MARK: systemd

    @Test("systemd accepts the units", .enabled(if: access("/usr/bin/systemd-analyze", X_OK) == 0))
    func units() async throws {
        try await withTemporaryDirectory { directory in
            let service = try DeploymentDocument.file(
                "notes.service",
                replacing: ["ExecStart=/usr/local/bin/notes": "ExecStart=/bin/true"]
            )
            try Data(service.utf8).write(to: directory.appending(path: "notes.service"))
            let socket = try DeploymentDocument.file("notes.socket")
            try Data(socket.utf8).write(to: directory.appending(path: "notes.socket"))
            let process = try Subprocess(
                "systemd-analyze",
                ["verify", "--man=no", "./notes.socket", "./notes.service"],
                in: directory,
                environment: ["SYSTEMD_LOG_LEVEL": "warning"]
            )
            let status = await process.exitStatus
            let complaints = await process.errors.text
            #expect(status == 0, "\(complaints)")
            #expect(!complaints.contains("notes."), "\(complaints)")
        }
    }
}
