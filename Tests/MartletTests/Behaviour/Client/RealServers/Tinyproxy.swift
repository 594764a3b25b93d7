import Foundation

/// tinyproxy, an HTTP proxy.
enum Tinyproxy {
    /// Runs tinyproxy while `body` uses it.
    ///
    /// - Parameter users: Lines such as `BasicAuth name password`; none lets everybody pass.
    static func run(
        users: String = "",
        _ body: (RealServer) async throws -> Void
    ) async throws {
        try await RealServer.run("tinyproxy") { directory, port in
            let configuration = """
                Port \(port)
                Listen 127.0.0.1
                Timeout 60
                MaxClients 100
                LogLevel Critical
                DisableViaHeader No
                ViaProxyName "tinyproxy"
                \(users)

                """
            try Data(configuration.utf8).write(to: directory.appending(path: "tinyproxy.conf"))
            return ["-d", "-c", "tinyproxy.conf"]
        } _: { server in
            try await body(server)
        }
    }
}
