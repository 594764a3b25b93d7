import HTTPTypes
import HTTPWire
import Martlet
import MartletTesting
import MartletWeb
import NIOCore
import Testing

// The samples in comments of MartletTesting.
struct TestingComments {
    func expectations(_ answer: TestResponse) throws {
        #expect(answer.status == .created, "\(answer)")
        try answer.expect(.created)
    }

    func faults(_ app: TestServer) async {
        for count in 0..<40 {
            let client = app.client(.disconnectsAfter(bytes: count))
            await #expect(throws: HTTPClientError.connectionClosed) { try await client.get("/") }
        }
    }

    func answer(_ router: Router, _ note: Note) async throws {
        let app = TestServer(router)
        let answer = try await app.post("/notes", json: note)
        #expect(answer.status == .created)
    }

    func client(_ app: TestServer) {
        let slow = app.client(.readsSlowly(64))
        print(slow)
    }

    func port(_ router: Router) async throws {
        try await withServer(router) { client, url in
            let response = try await client.get(url + "notes")
            #expect(response.status == .ok)
        }
    }

    func time(_ router: Router) async throws {
        let app = TestServer(router)
        async let answer = app.get("/slow")
        await app.time.advance(by: .seconds(30))
        #expect(try await answer.status == .serviceUnavailable)
    }

    func passing(_ app: TestServer) async throws {
        let answer = try await app.time.passing { try await app.client(.sendsSlowly(1)).get("/") }
        #expect(answer.status == .requestTimeout)
    }

    func landing(_ router: Router) async throws {
        let app = TestServer(router)
        try await app.get("/notes").expect(.ok)
        await app.time.advance(by: .seconds(30))
    }
}
