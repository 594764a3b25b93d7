import AsyncHTTPClient
import BenchmarkSupport
import NIOCore

/// AsyncHTTPClient, with as many connections as there are requests at once.
@main
enum AsyncHTTPClientLoad {
    static func main() async throws {
        let load = ClientLoad()
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = load.concurrency
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        try await load.run {
            let response = try await client.execute(HTTPClientRequest(url: load.url), timeout: .seconds(60))
            var count = 0
            for try await bytes in response.body { count += bytes.readableBytes }
            return count
        }
        try await client.shutdown()
    }
}
