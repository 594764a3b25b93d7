import BenchmarkSupport
import MartletWeb

/// Hello world behind many routes, half of which have a capture.
@main
enum MartletRoutes {
    static func main() async throws {
        let (port, count) = routeArguments()
        var router = Router()
        for number in 0..<count / 2 {
            router.get("/resource\(number)/list") { request in
                try await request.response.end(Answer.body)
            }
            router.get("/resource\(number)/items/{id}", Int.self) { request, id in
                guard id == 42 else { throw HTTPError(.notFound) }
                try await request.response.end(Answer.body)
            }
        }
        let server = try await HTTPServer.bind(.loopbackIPv4, port: port)
        try await server.serve(router)
    }
}
