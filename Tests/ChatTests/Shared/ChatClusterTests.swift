#if MySQL && Redis
    import Foundation
    import Martlet
    import TestProcesses
    import Testing

    /// Three processes behind a balancer, with Redis and a database, of which one after the other is killed.
    @Suite(.timeLimit(.minutes(4)))
    struct ChatClusterTests {
        @Test func bringsEverythingToEverybodyWhateverIsKilled() async throws {
            try await withTemporaryDirectory { directory in
                let script = URL(filePath: #filePath).deletingLastPathComponent().appending(
                    path: "../../../script/chat-cluster"
                )
                let environment = [
                    "CHAT_PROGRAM": builtExecutable("chat"),
                    "CHAT_CLUSTER_FOLDER": directory.path,
                    "CHAT_CLUSTER_PORT": "\(try await freePorts(7))",
                ]
                let cluster = try Subprocess(
                    script.standardizedFileURL.path,
                    ["--test", "--clients", "24", "--rate", "10", "--seconds", "18"],
                    environment: environment
                )
                let status = await cluster.exitStatus
                let output = await cluster.output.text + cluster.errors.text
                #expect(status == 0, "\(output)")
                #expect(output.contains("24 of 24 clients have all 180 messages"), "\(output)")
                #expect(output.contains("all alike"), "\(output)")
                #expect(output.contains("180 of 180 in the database"), "\(output)")
            }
        }

        /// The first of some ports that are free now, one after the other.
        private func freePorts(_ count: Int) async throws -> Int {
            for _ in 0..<100 {
                let first = Int.random(in: 20_000..<30_000)
                var servers: [HTTPServer] = []
                for port in first..<first + count {
                    if let server = try? await HTTPServer.bind(.loopbackIPv4, port: port) { servers.append(server) }
                }
                for server in servers { await server.close(force: true) }
                if servers.count == count { return first }
            }
            throw NothingHeard(type: "free ports")
        }
    }
#endif
