import Foundation
import HTTPTypes
import Logging
import Martlet
import MartletTelemetry
import MartletWeb
import Testing

@Suite("The health of a service", .timeLimit(.minutes(5)))
struct HealthTests {
    private struct Failure: Error {}

    /// Counts the calls of a check, which ends when the test says so.
    private static func router(_ health: Health) -> Router {
        var router = Router()
        router.get("/livez", health.live)
        router.get("/readyz", health.ready)
        return router
    }

    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test("is 200 if all checks pass, and 503 if one fails", arguments: Transport.allCases)
    func statuses(transport: Transport) async throws {
        let isDown = Shared(false)
        let health = try Health(
            ready: [
                HealthCheck("a") {},
                HealthCheck("b") { if isDown.value { throw Failure() } },
            ],
            maximumAge: .zero,
            logger: Self.quiet
        )
        try await withServer(over: transport, .bare, Self.router(health).handler) { server, client in
            for (isFailing, status, text) in [
                (
                    false, 200,
                    #"{"status":"pass","checks":[{"name":"a","status":"pass"},{"name":"b","status":"pass"}]}"#
                ),
                (
                    true, 503,
                    #"{"status":"fail","checks":[{"name":"a","status":"pass"},{"name":"b","status":"fail","reason":"error"}]}"#
                ),
                (
                    false, 200,
                    #"{"status":"pass","checks":[{"name":"a","status":"pass"},{"name":"b","status":"pass"}]}"#
                ),
            ] {
                isDown.change { $0 = isFailing }
                let response = try await client.get(server.url + "readyz")
                #expect(response.status.code == status)
                #expect(response.headers[.contentType]?.hasPrefix("application/json") == true)
                #expect(response.headers[.cacheControl] == "no-store")
                let report = try JSONDecoder().decode(HealthReport.self, from: Data(try await response.text().utf8))
                #expect(report == (try JSONDecoder().decode(HealthReport.self, from: Data(text.utf8))))
                let live = try await client.get(server.url + "livez")
                #expect(live.status == .ok)
                let head = try await client.head(server.url + "readyz")
                #expect(head.status.code == status)
            }
        }
    }

    @Test("is asked for once by all that ask together, and not again for a while")
    func shared() async throws {
        let (count, goOn) = (Shared(0), Events<Void>())
        let health = try Health(
            ready: [
                HealthCheck("slow", within: .seconds(30)) {
                    count.change { $0 += 1 }
                    try await goOn.next()
                }
            ],
            maximumAge: .seconds(60)
        )
        async let reports = withTaskGroup(of: HealthReport.self) { group in
            for _ in 0..<20 { group.addTask { await health.readyReport() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        try await eventually { count.value == 1 }
        goOn.add()
        #expect(await reports.allSatisfy { $0.status == .pass })
        let later = await health.readyReport()
        #expect(later.status == .pass && count.value == 1)
    }

    @Test("fails in time if a check hangs, which is not asked again until it returns")
    func hanging() async throws {
        let (count, gate) = (Shared(0), Gate())
        let health = try Health(
            ready: [
                HealthCheck("stuck", within: .milliseconds(20)) {
                    count.change { $0 += 1 }
                    gate.pass()
                },
                HealthCheck("fine", within: .seconds(60)) {},
            ],
            maximumAge: .zero,
            logger: Self.quiet
        )
        for _ in 0..<3 {
            let report = await health.readyReport()
            #expect(report.checks.map(\.reason) == ["timeout", nil] && report.status == .fail)
        }
        try await eventually { count.value == 1 }
        gate.open()
        try await eventually { await health.readyReport().status == .pass }
    }

    @Test("gives a check two seconds, and asks again after one", arguments: Transport.allCases)
    func times(transport: Transport) async throws {
        let (time, begun) = (HeldTime.forTest(), Events<Void>())
        let health = try Health(
            ready: [
                HealthCheck("slow") {
                    begun.add()
                    try await untilCancelled()
                }
            ],
            live: [HealthCheck("quick") { begun.add() }],
            logger: Self.quiet
        )
        let configuration = HTTPServer.Configuration.bare.held(by: time)
        try await withServer(over: transport, configuration, Self.router(health).handler) { server, client in
            let url = server.url
            let request = Task { try await client.get(url + "readyz").text() }
            try await begun.next()
            await time.advance(by: .seconds(2))
            #expect(try await request.value.contains("timeout"))
            for seconds in [Duration.milliseconds(999), .milliseconds(1)] {
                _ = try await client.get(url + "livez").text()
                if seconds > .milliseconds(500) { try await begun.next() }
                await time.advance(by: seconds)
            }
            #expect(begun.all.isEmpty)
            _ = try await client.get(url + "livez").text()
            #expect(begun.all.count == 1)
        }
    }

    @Test("cancels a check that takes too long")
    func cancelled() async throws {
        let cancelled = Events<Void>()
        let health = try Health(
            live: [
                HealthCheck("slow", within: .milliseconds(20)) {
                    do {
                        try await untilCancelled()
                    } catch {
                        cancelled.add()
                        throw error
                    }
                }
            ],
            logger: Self.quiet
        )
        let report = await health.liveReport()
        #expect(report.checks.map(\.reason) == ["timeout"])
        try await cancelled.next()
    }

    @Test("needs names and times that can be")
    func faults() {
        #expect(throws: HealthCheckError.noName) { _ = try Health(ready: [HealthCheck("") {}]) }
        #expect(throws: HealthCheckError.duplicateName("a")) {
            _ = try Health(live: [HealthCheck("a") {}, HealthCheck("a") {}])
        }
        #expect(throws: HealthCheckError.invalidTimeout(.zero, name: "a")) {
            _ = try Health(ready: [HealthCheck("a", within: .zero) {}])
        }
        #expect(HealthCheckError.duplicateName("a").description == "Two checks are named \"a\".")
    }

    @Test("is 503 while the server goes on before it shuts down", arguments: Transport.allCases)
    func shutdown(transport: Transport) async throws {
        let health = try Health(ready: [HealthCheck("a") {}])
        let configuration = HTTPServer.Configuration.bare.with { $0.shutdownDelay = .seconds(60) }
        try await withServer(over: transport, configuration, Self.router(health).handler) { server, client in
            let before = try await client.get(server.url + "readyz")
            #expect(before.status == .ok)
            let shutdown = Task { await server.shutdown() }
            try await eventually { try await client.get(server.url + "readyz").status == .serviceUnavailable }
            let ready = try await client.get(server.url + "readyz").text()
            #expect(ready.contains("shutdown"))
            let live = try await client.get(server.url + "livez")
            #expect(live.status == .ok)
            // It still listens: this is another connection.
            let other = try await server.response(to: get("/livez"))
            #expect(other.status == 200)
            await server.close()
            await shutdown.value
        }
    }
}
