import BenchmarkSupport
import Foundation
import Martlet
import MartletWeb

/// Martlet's file server, as the tutorial writes it, over the directory that the environment names.
@main
enum MartletFilesServer {
    static func main() async throws {
        let files = VirtualDirectory(ProcessInfo.processInfo.environment["BENCHMARK_FILES"] ?? "files")
        let server = try await HTTPServer.bind(.loopbackIPv4, port: portArgument())
        try await server.serve(files)
    }
}
