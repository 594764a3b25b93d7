import HTTPTypes
import HTTPWire
import Martlet
import MartletTesting
import MartletWeb
import NIOCore

// What the samples take as given.

struct Note: Codable, Equatable, Sendable {
    var id: Int?
    var title: String
    var version: Int?
}

/// Notes by their numbers; the first is 7.
actor NoteStore {
    private var notes = [7: Note(id: 7, title: "Buy milk", version: 3)]

    var all: [Note] { notes.values.sorted { ($0.id ?? 0) < ($1.id ?? 0) } }

    func note(_ id: Int) throws -> Note {
        guard let note = notes[id] else { throw HTTPError(.notFound, "There is no note \(id).") }
        return note
    }

    func add(_ note: NewNote) throws -> Note { try replace((notes.keys.max() ?? 0) + 1, with: note) }

    func replace(_ id: Int, with note: NewNote) throws -> Note {
        guard id > 0 else { throw HTTPError(.badRequest, "Notes have numbers from 1.") }
        let made = Note(id: id, title: note.title, version: 1)
        notes[id] = made
        return made
    }

    func remove(_ id: Int) { notes[id] = nil }
}

struct User: Codable, Equatable, Sendable {
    var name: String
    var hash: String?
}

/// Users with tokens of their own.
struct UserTable: Sendable {
    func user(withToken token: String) async throws -> User? { token == "secret-token" ? User(name: "Ada") : nil }

    func verify(_ name: String, _ password: String) async throws -> Bool { name == "ada" && password == "lovelace" }
}

struct Database: Sendable {
    func ping() async throws {}

    func report(_ year: Int) async throws -> [String: Int] { ["year": year] }
}

struct Sample: Codable, Equatable, Sendable {
    var name: String
    var value: Double
}

actor SampleStore {
    private(set) var samples: [Sample] = []

    func add(_ more: [Sample]) throws {
        guard samples.count < 1_000 else { throw HTTPError(.serviceUnavailable) }
        samples += more
    }
}

/// Answers requests over a real socket by what a sample serves, until `body` returns.
func serving(
    _ serve: @escaping @Sendable (HTTPServer) async throws -> Void,
    _ body: (_ client: HTTPClient, _ url: String) async throws -> Void
) async throws {
    let server = try await HTTPServer.bind(.loopbackIPv4, port: 0)
    let client = HTTPClient()
    let task = Task { try await serve(server) }
    do {
        try await body(client, server.url)
    } catch {
        await client.close(force: true)
        await server.close(force: true)
        throw error
    }
    await client.close(force: true)
    await server.close(force: true)
    _ = await task.result
}

/// Calls `body` while every request is answered with a text, whatever its URL.
func answering(
    _ text: String = "Hello, world!",
    contentType: String = "text/plain",
    _ body: () async throws -> Void
) async throws {
    try await HTTPClient.withOverride { _ in
        .init(headers: [.contentType: contentType], body: ByteBuffer(string: text))
    } operation: {
        try await body()
    }
}
