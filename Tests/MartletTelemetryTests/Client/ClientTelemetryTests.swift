#if Telemetry
    import HTTPTypes
    import HTTPWire
    import Instrumentation
    import Martlet
    import MartletTelemetry
    import MartletWeb
    import NIOCore
    import Testing
    import Tracing

    @Suite("The spans and metrics of a client", .timeLimit(.minutes(5)))
    struct ClientTelemetryTests {
        private static let duration = "http.client.request.duration"

        /// The spans of requests, and those of their attempts in order.
        private static func requests(
            _ tracer: MemoryTracer
        ) -> [(request: MemoryTracer.Record, attempts: [MemoryTracer.Record])] {
            let ids = Set(tracer.spans.map(\.trace.spanID))
            let roots = tracer.spans.filter { span in span.parent.map { !ids.contains($0) } ?? true }
            return roots.map { root in (root, tracer.spans.filter { $0.parent == root.trace.spanID }) }
        }

        /// Answers with the traceparent that arrived, after what the path asks for.
        private static let handler: HTTPServer.Handler = { request in
            let response = request.response
            switch request.url.path {
            case "/moved":
                try await response.redirect(to: "/again", status: .temporaryRedirect)
            case "/again":
                try await response.redirect(to: "/end?token=x", status: .found)
            case "/secret":
                guard request.authorization?.basic?.password == "pw" else {
                    throw HTTPError(.unauthorized, "", headers: [.wwwAuthenticate: "Basic realm=\"a\""])
                }
                try await response.end(request.headers[.traceparent] ?? "none")
            case "/busy": throw HTTPError(.serviceUnavailable)
            default: try await response.end(request.headers[.traceparent] ?? "none")
            }
        }

        @Test("are one for the request and one for each hop, whose id the server gets", arguments: Transport.allCases)
        func redirects(transport: Transport) async throws {
            let (tracer, metrics) = (MemoryTracer(), MemoryMetrics())
            let telemetry = ClientTelemetry(metrics: metrics, tracer: tracer, dimensions: ["app": "a"])
            try await withServer(over: transport, client: { $0.middleware = [telemetry] }, Self.handler) {
                server,
                client in
                var outer = ServiceContext.topLevel
                outer.traceContext = TraceContext(
                    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                    state: "a=1"
                )
                let url = server.url.replacing("http://", with: "http://user:pw@") + "moved?key=1&x=2#part"
                let text = try await ServiceContext.withValue(outer) { try await client.get(url).text() }
                await telemetry.flush()
                let requests = Self.requests(tracer)
                let (request, attempts) = try #require(requests.first)
                #expect(requests.count == 1 && attempts.count == 3)
                #expect(request.parent == "b7ad6b7169203331" && request.kind == .client && request.name == "GET")
                #expect(request["url.full"] == "\(server.url)moved?key=REDACTED&x=2")
                #expect(request["http.response.status_code"] == "200" && request["http.request.resend_count"] == nil)
                #expect(attempts.map { $0["http.response.status_code"] } == ["307", "302", "200"])
                #expect(attempts.map { $0["http.request.resend_count"] } == [nil, "1", "2"])
                let urls = ["moved?key=REDACTED&x=2", "again", "end?token=REDACTED"].map { server.url + $0 }
                #expect(attempts.map { $0["url.full"] } == urls)
                for span in [request] + attempts {
                    #expect(span.trace.traceID == "0af7651916cd43dd8448eb211c80319c" && span.status == nil)
                    #expect(span["server.address"] == "127.0.0.1" && span["server.port"] == "\(server.port)")
                    #expect(span["url.scheme"] == "http" && span["http.request.method"] == "GET")
                    #expect(span["network.protocol.version"] == (transport == .http2 ? "2" : "1.1"))
                }
                #expect(text == attempts.last?.trace.description)
                let labels = [
                    "app": "a", "http.request.method": "GET", "url.scheme": "http", "server.address": "127.0.0.1",
                    "server.port": "\(server.port)", "network.protocol.version": transport == .http2 ? "2" : "1.1",
                    "http.response.status_code": "200",
                ]
                #expect(metrics.values(Self.duration, labels).count == 1 && metrics.areNamesStable)
                #expect(metrics.keys.filter { $0.label == Self.duration }.count == 3)
            }
        }

        @Test("go below the request's after a challenge, and after a retry", arguments: Transport.allCases)
        func repetitions(transport: Transport) async throws {
            let tracer = MemoryTracer()
            let telemetry = ClientTelemetry(tracer: tracer)
            let retries = RequestRetries(maximumRetries: 2, firstPause: .milliseconds(1))
            try await withServer(
                over: transport,
                client: {
                    $0.middleware = [telemetry, retries]
                    $0.authenticate = { _, _ in .basic(username: "user", password: "pw") }
                },
                Self.handler
            ) { server, client in
                let text = try await client.get(server.url + "secret").text()
                let busy = try await client.get(server.url + "busy")
                #expect(busy.status == .serviceUnavailable)
                await telemetry.flush()
                let requests = Self.requests(tracer)
                try #require(requests.count == 2)
                let (challenged, refused) = (requests[0], requests[1])
                #expect(challenged.attempts.map { $0["http.response.status_code"] } == ["401", "200"])
                #expect(challenged.attempts.map { $0["error.type"] } == ["401", nil])
                #expect(challenged.request.status == nil && text == challenged.attempts.last?.trace.description)
                #expect(refused.attempts.map { $0["http.request.resend_count"] } == [nil, "1", "2"])
                #expect(refused.request["error.type"] == "503" && refused.request.status?.code == .error)
                #expect(Set(tracer.spans.map(\.trace.traceID)).count == 2)
            }
        }

        @Test("are two attempts after a lost connection")
        func lostConnection() async throws {
            let tracer = MemoryTracer()
            let telemetry = ClientTelemetry(tracer: tracer)
            try await ScriptedServer.run { connection, number in
                try connection.readHead()
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                // The second request of the first connection is read, and not answered.
                if number == 0 { try connection.readHead() }
            } while: { server in
                let client = makeClient { $0.middleware = [telemetry] }
                for _ in 0..<2 {
                    let response = try await client.get(server.url)
                    #expect(response.status == .ok)
                    _ = try await response.collect()
                }
                await telemetry.flush()
                let (request, attempts) = try #require(Self.requests(tracer).last)
                #expect(attempts.map { $0["error.type"] } == ["response_ended", nil])
                #expect(attempts.map(\.errors.count) == [1, 0] && request.status == nil)
                await client.close(force: true)
            }
        }

        @Test("have a word for what failed")
        func failures() async throws {
            let (tracer, metrics) = (MemoryTracer(), MemoryMetrics())
            let telemetry = ClientTelemetry(metrics: metrics, tracer: tracer)
            let client = makeClient { $0.middleware = [telemetry] }
            let dead = try DeadPort()
            await #expect(throws: HTTPClientError.self) { _ = try await client.get(dead.url) }
            await telemetry.flush()
            #expect(tracer.spans.count == 2)
            for span in tracer.spans {
                #expect(span["error.type"] == "connection_error" && span.status?.code == .error)
                #expect(span["http.response.status_code"] == nil)
            }
            let labels = [
                "http.request.method": "GET", "url.scheme": "http", "server.address": "127.0.0.1",
                "server.port": "\(dead.port)", "error.type": "connection_error",
            ]
            #expect(metrics.values(Self.duration, labels).count == 1)
        }

        @Test("tell only the servers of the trace that are meant to know", arguments: Transport.allCases)
        func strangers(transport: Transport) async throws {
            let tracer = MemoryTracer()
            let telemetry = ClientTelemetry(tracer: tracer, passesTraces: { $0.path != "/stranger" })
            try await withServer(over: transport, client: { $0.middleware = [telemetry] }, Self.handler) {
                server,
                client in
                let (known, stranger) = (server.url + "known", server.url + "stranger")
                let told = try await client.get(known).text()
                let untold = try await client.get(stranger).text()
                #expect(told != "none" && untold == "none")
            }
        }

        @Test("answer as before in tests without a network")
        func overrides() async throws {
            let tracer = MemoryTracer()
            let telemetry = ClientTelemetry(tracer: tracer)
            let client = makeClient { $0.middleware = [telemetry] }
            let text = try await HTTPClient.withOverride { request in
                .text(request.headers[.traceparent] ?? "none")
            } operation: {
                try await client.get("http://example.com/").text()
            }
            await telemetry.flush()
            #expect(text == Self.requests(tracer).first?.attempts.last?.trace.description)
        }

        @Test("pass a trace on unchanged where none is recorded", arguments: Transport.allCases)
        func propagation(transport: Transport) async throws {
            // As with a backend of the process: an instrument, and no tracer.
            let instrument = W3CTraceContext()
            var context = ServiceContext.topLevel
            let fields = [
                "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "a=1",
            ]
            instrument.extract(fields, into: &context, using: DictionaryCarrier())
            var carried: [String: String] = [:]
            instrument.inject(context, into: &carried, using: DictionaryCarrier())
            #expect(carried == fields)
            var none: [String: String] = [:]
            instrument.inject(.topLevel, into: &none, using: DictionaryCarrier())
            #expect(none.isEmpty)
        }

        @Test("of a client without a backend are none, and nothing is sent")
        func silence() async throws {
            try await withServer(
                over: .http1,
                client: { $0.middleware = [ClientTelemetry()] },
                Self.handler
            ) { server, client in
                let text = try await client.get(server.url).text()
                #expect(text == "none")
            }
        }
    }

    /// Carries fields in a dictionary.
    struct DictionaryCarrier: Extractor, Injector {
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
    }
#endif
