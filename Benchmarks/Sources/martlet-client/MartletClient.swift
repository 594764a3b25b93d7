import BenchmarkSupport
import Martlet
import NIOCore

/// Martlet's client.
@main
enum MartletClient {
    static func main() async throws {
        let load = ClientLoad()
        let client = HTTPClient.shared
        try await load.run {
            let response = try await client.get(load.url)
            var count = 0
            for try await bytes in response.body { count += bytes.readableBytes }
            return count
        }
    }
}
