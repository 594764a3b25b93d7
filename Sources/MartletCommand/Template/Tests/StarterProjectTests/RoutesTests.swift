import Martlet
import MartletTesting
import Testing

@testable import StarterProject

/// The routes over memory: no ports, no waiting.
@Suite struct RoutesTests {
    private func makeServer() throws -> TestServer {
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return TestServer(try routes(Settings(["PUBLIC_DIRECTORY": "/\(package)/Public"])))
    }

    @Test func greetsByName() async throws {
        let app = try makeServer()
        let answer = try await app.get("/greetings/Han%20Solo")
        #expect(answer.status == .ok, "\(answer)")
        #expect(try answer.json() == Greeting(name: "Han Solo", text: "Hello, Han Solo!"))
    }

    @Test func takesGreetings() async throws {
        let app = try makeServer()
        let greeting = Greeting(name: "Leia", text: "Good morning")
        let answer = try await app.post("/greetings", json: greeting)
        #expect(answer.status == .created, "\(answer)")
        #expect(try answer.json() == greeting)
    }

    @Test func refusesEmptyGreetings() async throws {
        let app = try makeServer()
        let answer = try await app.post("/greetings", json: Greeting(name: "Leia", text: ""))
        #expect(answer.status == .unprocessableContent, "\(answer)")
    }

    @Test func servesFiles() async throws {
        let app = try makeServer()
        #expect(try await app.get("/").text.contains("<h1>It works</h1>"))
        #expect(try await app.get("/missing.html").status == .notFound)
    }

    @Test func isHealthy() async throws {
        let app = try makeServer()
        #expect(try await app.get("/livez").status == .ok)
        #expect(try await app.get("/readyz").status == .ok)
    }

    @Test func readsSettings() throws {
        let settings = try Settings(["HOST": "0.0.0.0", "PORT": "80"])
        #expect(settings.host == "0.0.0.0")
        #expect(settings.port == 80)
        #expect(throws: InvalidPort.self) { try Settings(["PORT": "eighty"]) }
    }
}
