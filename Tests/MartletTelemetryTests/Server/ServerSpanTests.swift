#if Telemetry
    import HTTPTypes
    import HTTPWire
    import Instrumentation
    import Logging
    import Martlet
    import MartletTelemetry
    import MartletWeb
    import Testing
    import Tracing

    @Suite("The spans of a server", .timeLimit(.minutes(5)))
    struct ServerSpanTests {
        private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

        private func withServer(
            _ transport: Transport,
            _ telemetry: ServerTelemetry,
            _ handler: @escaping HTTPServer.Handler,
            test: (HTTPServer, HTTPClient) async throws -> Void
        ) async throws {
            var router = Router()
            router.get("/notes/{id}", handler)
            try await MartletTelemetryTests.withServer(
                over: transport,
                .bare,
                telemetry.wrapping(router.handler),
                test: test
            )
        }

        @Test("have the attributes of the conventions", arguments: Transport.allCases)
        func attributes(transport: Transport) async throws {
            let tracer = MemoryTracer()
            let telemetry = ServerTelemetry(tracer: tracer)
            try await withServer(transport, telemetry) { request in
                try await request.response.end("note")
            } test: { server, client in
                let url = server.url + "notes/7?q=x&token=secret"
                _ = try await client.get(url, headers: [.traceparent: Self.parent]).collect()
                await telemetry.flush()
                let span = try #require(tracer.spans.first)
                #expect(span.name == "GET /notes/{id}" && span.kind == .server && span.status == nil)
                #expect(span.trace.traceID == "0af7651916cd43dd8448eb211c80319c" && span.parent == "b7ad6b7169203331")
                for (name, value) in [
                    "http.request.method": "GET", "http.route": "/notes/{id}", "http.response.status_code": "200",
                    "url.scheme": "http", "url.path": "/notes/7", "url.query": "q=x&token=REDACTED",
                    "network.protocol.version": transport == .http2 ? "2" : "1.1",
                    "user_agent.original": "Martlet/0.1", "client.address": "127.0.0.1",
                    "network.peer.address": "127.0.0.1", "server.address": "127.0.0.1",
                    "server.port": "\(server.port)",
                ] {
                    #expect(span[name] == value, "\(name)")
                }
                #expect(span["error.type"] == nil && span["network.peer.port"] != nil)
            }
        }

        @Test("begin a trace where a client names none, or none that can be read")
        func traces() async throws {
            let tracer = MemoryTracer()
            let telemetry = ServerTelemetry(tracer: tracer)
            try await withServer(.http1, telemetry) { _ in
            } test: { server, client in
                for value in [
                    nil, "", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", "\(Self.parent),\(Self.parent)",
                ] {
                    let request = try client.open(.get, server.url + "notes/1")
                    request.headers[.traceparent] = value
                    _ = try await request.end()
                }
                await telemetry.flush()
                #expect(tracer.spans.count == 4 && tracer.spans.allSatisfy { $0.parent == nil })
                #expect(Set(tracer.spans.map(\.trace.traceID)).count == 4)
            }
        }

        @Test("continue the traces of those clients only that are trusted to name them")
        func trusted() async throws {
            for (range, isContinued) in [("127.0.0.0/8", true), ("10.0.0.0/8", false)] {
                let tracer = MemoryTracer()
                let telemetry = ServerTelemetry(tracer: tracer, trusting: [try #require(AddressRange(range))])
                try await withServer(.http1, telemetry) { _ in
                } test: { server, client in
                    _ = try await client.get(server.url + "notes/1", headers: [.traceparent: Self.parent])
                    await telemetry.flush()
                    #expect(tracer.spans.map { $0.parent != nil } == [isContinued])
                }
            }
        }

        @Test("fail with the server's failures, not with the client's", arguments: Transport.allCases)
        func failures(transport: Transport) async throws {
            let tracer = MemoryTracer()
            let telemetry = ServerTelemetry(tracer: tracer)
            try await withServer(transport, telemetry) { request in
                throw request.url.path.hasSuffix("1") ? HTTPError(.conflict, "Twice.") : HTTPError(.badGateway, "Down.")
            } test: { server, client in
                for path in ["notes/1", "notes/2", "nothing"] { _ = try await client.get(server.url + path) }
                await telemetry.flush()
                let spans = tracer.spans
                #expect(spans.map(\.name) == ["GET /notes/{id}", "GET /notes/{id}", "GET"])
                #expect(spans.map { $0["http.response.status_code"] } == ["409", "502", "404"])
                #expect(spans.map { $0["error.type"] } == [nil, "502", nil])
                #expect(spans.map { $0.status?.code } == [nil, .error, nil])
                #expect(spans.map(\.errors.count) == [0, 1, 0])
            }
        }

        @Test("are those above the handler's own, and in its logs", arguments: Transport.allCases)
        func context(transport: Transport) async throws {
            let tracer = MemoryTracer()
            let telemetry = ServerTelemetry(tracer: tracer)
            let logged = Events<Logger.Metadata>()
            let ids = RequestID()
            var router = Router()
            router.get("/notes/{id}") { request in
                logged.add(Logger.MetadataProvider.traceContext.get())
                let span = tracer.startSpan("query", context: ServiceContext.current ?? .topLevel)
                span.end()
                try await request.response.end(request.requestID ?? "none")
            }
            try await MartletTelemetryTests.withServer(
                over: transport,
                .bare,
                ids.wrapping(telemetry.wrapping(router.handler))
            ) { server, client in
                let id = try await client.get(server.url + "notes/7", headers: [.traceparent: Self.parent]).text()
                await telemetry.flush()
                let (query, request) = (try #require(tracer.spans.first), try #require(tracer.spans.last))
                #expect(query.name == "query" && query.parent == request.trace.spanID)
                let metadata = try await logged.next()
                #expect(metadata["trace_id"] == .string("0af7651916cd43dd8448eb211c80319c"))
                #expect(metadata["span_id"] == .string(request.trace.spanID))
                #expect(metadata["request_id"] == .string(id))
            }
            #expect(Logger.MetadataProvider.traceContext.get().isEmpty)
        }
    }
#endif
