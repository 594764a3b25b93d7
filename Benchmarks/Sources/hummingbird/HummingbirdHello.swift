import BenchmarkSupport
import Hummingbird
import NIOPosix

/// Hummingbird's hello world, on one event loop. `POST /` reads and drops its body.
@main
enum HummingbirdHello {
    static func main() async throws {
        let router = Router()
        router.get("/") { _, _ in Answer.body }
        router.post("/") { request, _ in
            for try await _ in request.body {}
            return Answer.body
        }
        let app = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: portArgument())),
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1))
        )
        try await app.runService()
    }
}
