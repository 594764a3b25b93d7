#if Telemetry
    import HTTPTypes
    import HTTPWire
    import Instrumentation
    import Logging
    import Martlet
    import MartletTelemetry
    import MartletWeb
    import Testing

    /// The database of the recipe, in memory.
    struct NoteDatabase: Sendable {
        let isThere: Shared<Bool>

        struct Lost: Error {}

        func ping() async throws {
            if !isThere.value { throw Lost() }
        }

        func note(_ id: Int) async throws -> String { "Note \(id)" }
    }

    // The code of docs/operations.md.

    func noteRoutes(_ database: NoteDatabase, prices: HTTPClient, at url: String, _ logger: Logger) throws -> Router {
        let health = try Health(ready: [
            HealthCheck("database", within: .seconds(1)) { try await database.ping() }
        ])
        var router = Router()
        router.get("/livez", health.live)
        router.get("/readyz", health.ready)
        router.get("/notes/{id}", Int.self) { request, id in
            logger.info("Asking for a price", metadata: ["note": "\(id)"])
            let price = try await prices.get(url + "prices/\(id)").success().text()
            try await request.response.end(json: ["note": try await database.note(id), "price": price])
        }
        return router
    }

    func clientOfPrices() -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.middleware = [ClientTelemetry(), RequestRetries()]
        return HTTPClient(configuration: configuration)
    }

    func serveNotes(_ server: HTTPServer, _ router: Router) async throws {
        let telemetry = ServerTelemetry(dimensions: ["server.name": "notes"])
        try await server.serve(around: [RequestLog(.json), RequestID(), telemetry], router)
        await telemetry.flush()
    }

    @Suite("The service of docs/operations.md", .timeLimit(.minutes(5)))
    struct OperationsRecipeTests {
        @Test("answers, and says how it is")
        func service() async throws {
            let isThere = Shared(true)
            let client = HTTPClient()
            try await withServer { request in
                try await request.response.end("7 of \(request.url.path)")
            } test: { prices in
                let asking = clientOfPrices()
                let logger = Logger(label: "notes") { _ in SwiftLogNoOpLogHandler() }
                let router = try noteRoutes(NoteDatabase(isThere: isThere), prices: asking, at: prices.url, logger)
                let server = try await HTTPServer.bind(.loopbackIPv4, port: 0, configuration: .bare)
                let serving = Task { try await serveNotes(server, router) }
                let note = try await client.get(server.url + "notes/3").success().json()
                #expect(note["note"]?.string == "Note 3" && note["price"]?.string == "7 of /prices/3")
                let ready = try await client.get(server.url + "readyz")
                #expect(ready.status == .ok)
                await client.close(force: true)
                await asking.close(force: true)
                await server.close(force: true)
                try await serving.value
            }
        }
    }
#endif
