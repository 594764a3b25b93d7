import BenchmarkSupport
import Hummingbird
import NIOPosix

/// Hummingbird's hello world behind the same routes, on one event loop.
@main
enum HummingbirdRoutes {
    static func main() async throws {
        let (port, count) = routeArguments()
        let router = Router()
        for number in 0..<count / 2 {
            router.get("/resource\(number)/list") { _, _ in Answer.body }
            router.get("/resource\(number)/items/:id") { _, context in
                guard try context.parameters.require("id", as: Int.self) == 42 else { throw HTTPError(.notFound) }
                return Answer.body
            }
        }
        let app = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1))
        )
        try await app.runService()
    }
}
