#if Telemetry
    import CoreMetrics
    import HTTPTypes
    import HTTPWire
    import Martlet
    import MartletTelemetry
    import MartletWeb
    import Testing

    @Suite("The metrics of a server", .timeLimit(.minutes(5)))
    struct ServerMetricsTests {
        private static let duration = "http.server.request.duration"
        private static let active = "http.server.active_requests"

        private static func labels(
            _ transport: Transport,
            _ method: String,
            _ route: String?,
            _ status: Int?,
            error: String? = nil
        ) -> [String: String] {
            var labels = ["http.request.method": method, "url.scheme": "http"]
            labels["network.protocol.version"] = transport == .http2 ? "2" : "1.1"
            labels["http.route"] = route
            labels["http.response.status_code"] = status.map(String.init)
            labels["error.type"] = error
            return labels
        }

        /// A router with a router below it, and routes that fail.
        private static var router: Router {
            var notes = Router()
            notes.get("/{id}") { try await $0.response.end("note") }
            notes.get("/{id}/pages/{page...}") { try await $0.response.end("page") }
            var router = Router()
            router.get("/") { try await $0.response.end("home") }
            router.get("/failure") { _ in throw CancellationError() }
            router.get("/busy") { _ in throw HTTPError(.serviceUnavailable) }
            router.get("/torn") { request in
                try await request.response.write("part")
                try await request.response.flush()
                throw HTTPError(.internalServerError)
            }
            router.mount("/users/{name}/notes", notes)
            return router
        }

        @Test("tell methods, routes and statuses apart, not paths", arguments: Transport.allCases)
        func labels(transport: Transport) async throws {
            let metrics = MemoryMetrics()
            let telemetry = ServerTelemetry(metrics: metrics)
            try await withServer(over: transport, .bare, telemetry.wrapping(Self.router.handler)) { server, client in
                for (method, path) in [
                    (HTTPRequest.Method.get, ""), (.get, "users/a/notes/1"), (.get, "users/b/notes/2?x=y"),
                    (.get, "users/b/notes/2/pages/3/4"), (.get, "none/of/these"), (.post, ""), (.get, "busy"),
                    (HTTPRequest.Method("BREW") ?? .get, ""),
                ] {
                    _ = try await client.send(method, server.url + path).collect()
                }
                await telemetry.flush()
                for (method, route, status, error, count) in [
                    ("GET", "/", 200, nil, 1), ("GET", "/users/{name}/notes/{id}", 200, nil, 2),
                    ("GET", "/users/{name}/notes/{id}/pages/{page...}", 200, nil, 1), ("GET", nil, 404, nil, 1),
                    ("POST", nil, 405, nil, 1), ("GET", "/busy", 503, "503", 1),
                ] as [(String, String?, Int, String?, Int)] {
                    let labels = Self.labels(transport, method, route, status, error: error)
                    let values = metrics.values(Self.duration, labels)
                    #expect(values.count == count && values.allSatisfy { $0 > 0 && $0 < 60e9 }, "\(labels)")
                    #expect(metrics.handler(Self.duration, labels)?.unit == .seconds)
                }
                // A method that nobody knows has no name of its own.
                #expect(metrics.keys.contains { $0.dimensions["http.request.method"] == "_OTHER" })
                #expect(!metrics.keys.contains { $0.description.contains("BREW") })
                #expect(metrics.sum(Self.active) == 0)
                #expect(metrics.areNamesStable)
            }
        }

        @Test("count requests while they are in progress", arguments: Transport.allCases)
        func active(transport: Transport) async throws {
            let metrics = MemoryMetrics()
            let telemetry = ServerTelemetry(metrics: metrics, dimensions: ["server.name": "a"])
            let (entered, goOn) = (Events<Void>(), Events<Void>())
            let handler: HTTPServer.Handler = { request in
                entered.add()
                try await goOn.next()
                try await request.response.end("done")
            }
            try await withServer(over: transport, .bare, telemetry.wrapping(handler)) { server, client in
                async let first = client.get(server.url)
                async let second = client.get(server.url)
                try await entered.next()
                try await entered.next()
                let labels = ["http.request.method": "GET", "url.scheme": "http", "server.name": "a"]
                try await eventually { metrics.values(Self.active, labels).reduce(0, +) == 2 }
                goOn.add()
                goOn.add()
                _ = try await (first.collect(), second.collect())
                try await eventually { metrics.values(Self.active, labels).reduce(0, +) == 0 }
            }
        }

        @Test("know what failed: the handler, the client, the response")
        func failures() async throws {
            let metrics = MemoryMetrics()
            let telemetry = ServerTelemetry(metrics: metrics)
            let entered = Events<Void>()
            var router = Self.router
            router.get("/gone") { _ in
                entered.add()
                try await untilCancelled()
            }
            let handler = router.handler
            try await withServer(.bare, telemetry.wrapping(handler)) { server in
                _ = try await server.response(to: get("/failure"))
                _ = try await server.transcript(of: get("/torn"))
                let client = try await server.connect()
                client.send(get("/gone"))
                try await entered.next()
                try await client.reset()
                for (route, status, error) in [
                    ("/failure", 503, "503"), ("/torn", 200, "response_incomplete"),
                    ("/gone", nil, "client_disconnected"),
                ] as [(String, Int?, String)] {
                    let labels = Self.labels(.http1, "GET", route, status, error: error)
                    try await eventually("\(labels)") { metrics.values(Self.duration, labels).count == 1 }
                }
                try await eventually { metrics.sum(Self.active) == 0 }
            }
        }

        @Test("count what the server itself refuses")
        func refusals() async throws {
            let metrics = MemoryMetrics()
            let telemetry = ServerTelemetry(metrics: metrics)
            try await Turnstile.servers.pass {
                let server = try await HTTPServer.bind(.loopbackIPv4, port: 0, configuration: .bare)
                let serving = Task { try await server.serve(around: [telemetry], Self.router) }
                let answer = try await server.transcript(of: "GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 400 "))
                _ = try await server.transcript(of: "what\r\n\r\n")
                await telemetry.flush()
                let statuses = metrics.keys.compactMap { $0.dimensions["http.response.status_code"] }
                #expect(statuses.contains("400") && metrics.sum(Self.active) == 0)
                await server.close(force: true)
                try await serving.value
            }
        }

        @Test("have the sizes of content, if that is wanted", arguments: Transport.allCases)
        func sizes(transport: Transport) async throws {
            let metrics = MemoryMetrics()
            let telemetry = ServerTelemetry(metrics: metrics, measuresContent: true)
            let handler: HTTPServer.Handler = { try await $0.response.end(try await $0.text() + "!") }
            try await withServer(over: transport, .bare, telemetry.wrapping(handler)) { server, client in
                _ = try await client.post(server.url, body: "abc").collect()
                await telemetry.flush()
                #expect(metrics.sum("http.server.request.body.size") == 3)
                #expect(metrics.sum("http.server.response.body.size") == 4)
            }
        }

        @Test("are bounded, whatever there is to tell apart")
        func bounded() async throws {
            let metrics = MemoryMetrics()
            let telemetry = ServerTelemetry(metrics: metrics, labelLimit: 3)
            let handler: HTTPServer.Handler = { request in
                request.response.statusCode = Int(request.url.path.dropFirst()) ?? 200
            }
            try await withServer(over: .http1, .bare, telemetry.wrapping(handler)) { server, client in
                for status in 200..<230 where status != 204 && status != 205 {
                    _ = try await client.get(server.url + "\(status)").collect()
                }
                await telemetry.flush()
                let durations = metrics.keys.filter { $0.label == Self.duration }
                #expect(durations.count == 4)
                let rest = ["http.request.method": "_OTHER", "http.route": "_OTHER", "url.scheme": "http"]
                    .merging(["network.protocol.version": "1.1"]) { first, _ in first }
                #expect(metrics.values(Self.duration, rest).count == 25)
                // Each was made once: the label sets, and one meter.
                #expect(metrics.made == 5)
            }
        }

        @Test("wait for no request, and no request for them", arguments: Transport.allCases)
        func blocked(transport: Transport) async throws {
            let gate = Gate()
            let metrics = MemoryMetrics { gate.pass() }
            let telemetry = ServerTelemetry(metrics: metrics)
            let handler: HTTPServer.Handler = { try await $0.response.end("fine") }
            try await withServer(over: transport, .bare, telemetry.wrapping(handler)) { server, client in
                for _ in 1...100 {
                    let text = try await client.get(server.url).text()
                    #expect(text == "fine")
                }
                await telemetry.flush(within: .milliseconds(10))
                #expect(metrics.sum(Self.active) == 0)
                gate.open()
                await telemetry.flush()
                #expect(metrics.keys.contains { metrics.values($0.label, $0.dimensions).count == 100 })
                #expect(telemetry.droppedCalls == 0)
            }
        }
    }
#endif
