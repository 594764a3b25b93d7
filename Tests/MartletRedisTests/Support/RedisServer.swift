#if Redis
    import Foundation
    import Martlet
    import MartletRedis
    import TestProcesses

    /// A Redis of its own, on a private socket, with nothing on the disk.
    actor RedisServer {
        /// The port of this machine, if it has one; 0 if not. Another program may take it while the server is stopped.
        nonisolated let port: Int
        private let directory: URL
        private let settings: [String]
        private var process: Subprocess?

        private init(directory: URL, port: Int, settings: [String]) {
            (self.directory, self.port, self.settings) = (directory, port, settings)
        }

        /// Starts a server, and ends it after `body`.
        ///
        /// - Parameter hasPort: Whether it listens on a port too.
        static func with<Result>(
            _ settings: String...,
            hasPort: Bool = false,
            body: (RedisServer) async throws -> Result
        ) async throws -> Result {
            try await withTemporaryDirectory { directory in
                let server = try await start(in: directory, hasPort: hasPort, settings)
                do {
                    let result = try await body(server)
                    await server.kill()
                    return result
                } catch {
                    await server.kill()
                    throw error
                }
            }
        }

        private static func start(
            in directory: URL,
            hasPort: Bool,
            _ settings: [String]
        ) async throws -> RedisServer {
            var attempts = 0
            while true {
                var port = 0
                if hasPort {
                    // A port that is free now. Another test may be quicker.
                    let finder = try await HTTPServer.bind(.loopbackIPv4, port: 0)
                    port = finder.port
                    await finder.close(force: true)
                }
                let server = RedisServer(directory: directory, port: port, settings: settings)
                do {
                    try await server.start()
                    return server
                } catch {
                    attempts += 1
                    guard hasPort, attempts < 5 else { throw error }
                }
            }
        }

        /// Starts the server, and waits until it takes connections.
        func start() async throws {
            let process = try Subprocess(
                "redis-server",
                [
                    "--port", "\(port)", "--bind", "127.0.0.1", "--unixsocket", socket, "--save", "", "--appendonly",
                    "no",
                    "--daemonize", "no", "--dir", directory.path, "--enable-debug-command", "yes",
                ] + settings
            )
            self.process = process
            // The beginning differs between ports and sockets, and between versions.
            let ready = "eady to accept connections"
            guard await process.output.text(containing: ready).contains(ready) else {
                throw RedisServerError(log: await process.output.text)
            }
        }

        /// Ends the server as kill -9 does: its data are gone.
        func kill() async {
            await process?.end()
            process = nil
        }

        /// Stops the server for a while: it answers nothing, and its connections stay.
        func pause() {
            process?.send(SIGSTOP)
        }

        func goOn() {
            process?.send(SIGCONT)
        }

        nonisolated var socket: String { "\(directory.path)/redis.sock" }
        nonisolated var url: String { "unix://\(socket)" }

        /// Settings for the server.
        nonisolated var configuration: RedisClient.Configuration {
            RedisClient.Configuration(.unix(path: socket))
        }

        /// Runs `body` with a client.
        nonisolated func withClient<Result>(
            _ change: (inout RedisClient.Configuration) -> Void = { _ in },
            body: (RedisClient) async throws -> Result
        ) async throws -> Result {
            var configuration = configuration
            change(&configuration)
            let client = try await RedisClient.connect(configuration)
            do {
                let result = try await body(client)
                await client.close(force: true)
                return result
            } catch {
                await client.close(force: true)
                throw error
            }
        }
    }

    struct RedisServerError: Error {
        let log: String
    }
#endif
