import DevelopmentCertificates
import Foundation
import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import NIOCore

// The samples in comments of Martlet's server and of its development certificates. They are compiled; their files and
// ports are not there.
struct ServerComments {
    func certificates() async throws {
        let security = try DevelopmentCertificates.prepare().security
        let server = try await HTTPServer.bindSecure(.loopbackIPv4, port: 4047, security: security)
        await server.close()
    }

    func security() async throws {
        let security = SecurityContext(
            identity: .pem(certificateChain: .file("chain.pem"), privateKey: .file("key.pem"))
        )
        let server = try await HTTPServer.bindSecure(.anyIPv6, port: 443, security: security)
        await server.close()
    }

    func keyLog(_ security: inout SecurityContext) throws {
        if let path = ProcessInfo.processInfo.environment["SSLKEYLOGFILE"] {
            security.onKeyLog = try SecurityContext.keyLog(file: path)
        }
    }

    func refusal(_ request: HTTPServerRequest) throws {
        guard request.method == .get else { throw HTTPError(refusing: request.method, allowed: [.get]) }
    }

    func missing(_ notes: [Int: Note], _ id: Int) throws {
        guard let note = notes[id] else { throw HTTPError(.notFound, "There is no note \(id).") }
        print(note)
    }

    func json(_ request: HTTPServerRequest) async throws {
        let order = try await request.json()
        let city = order["address"]?["city"]?.string
        print(city ?? "")
    }

    func format() {
        var configuration = HTTPServer.Configuration()
        configuration.json = JSONFormat(dates: .millisecondsSince1970, keys: .snakeCase)
        print(configuration.json)
    }

    func problem() throws {
        throw Problem(
            .forbidden,
            "The balance is 30, and the book costs 50.",
            type: "https://example.com/problems/no-credit",
            title: "You do not have enough credit",
            extensions: ["balance": 30]
        )
    }

    struct Tag: Decodable, Validatable {
        var name: String

        func validate(_ validation: inout Validation) {
            validation.require(!name.isEmpty, "must not be empty", at: "name")
        }
    }

    struct NewNote: Decodable, Validatable {
        var title: String
        var tags: [Tag]

        func validate(_ validation: inout Validation) {
            validation.require((1...200).contains(title.count), "must have 1 to 200 characters", at: "title")
            validation.validate(tags, at: "tags")
        }
    }

    func validation(_ validation: inout Validation, _ tags: [String]) {
        validation.forEach(tags, at: "tags") { $0.require(!$1.isEmpty, "must not be empty") }
    }

    func inherited() async throws {
        let server =
            if let socket = try ServerSocket.inherited() {
                HTTPServer.listen(on: socket)
            } else {
                try await HTTPServer.bind(.anyIPv6, port: 8080)
            }
        await server.close()
    }

    func around(_ server: HTTPServer, _ cors: CORSPolicy) async throws {
        try await server.serve(around: [RequestLog(.combined), ErrorPages(), cors]) { request in
            try await request.response.end("Hello, world!")
        }
    }

    func timing(_ server: HTTPServer) async throws {
        struct Timing: Middleware {
            func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
                { request in
                    let start = ContinuousClock.now
                    try await handler(request)
                    print(request.target, ContinuousClock.now - start)
                }
            }
        }
        try await server.serve(around: [Timing()]) { request in
            try await request.response.end("Hello, world!")
        }
    }

    func origins(_ request: HTTPServerRequest) async throws {
        let socket = try await WebSocket.upgrade(request, allowedOrigins: .same.or(.only("https://example.com")))
        await socket.close()
    }

    func freshness(_ request: HTTPServerRequest, _ note: Note) async throws {
        let tag = EntityTag(opaqueTag: "\(note.version ?? 0)")
        if try request.isFresh(etag: tag) { return }
        try await request.response.end(json: note)
    }

    func cancelling(_ request: HTTPServerRequest, _ events: AsyncStream<String>) async throws {
        try? await request.cancelWhenShuttingDown {
            for await event in events {
                try await request.response.write("data: \(event)\n\n")
                try await request.response.flush()
            }
        }
        try await request.response.end()
    }

    func storage(_ server: HTTPServer) async throws {
        enum UserKey: RequestStorageKey {
            typealias Value = User
        }

        struct Login: Middleware {
            func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
                { request in
                    request[UserKey.self] = try await findUser(request.cookies)
                    try await handler(request)
                }
            }
        }

        try await server.serve(around: [Login()]) { request in
            guard let user = request[UserKey.self] else { throw HTTPError(.forbidden) }
            try await request.response.end("Hello, \(user.name)!")
        }
    }

    func greeter(_ server: HTTPServer) async throws {
        struct Greeter: RequestHandler {
            let greeting: String

            func handle(_ request: HTTPServerRequest) async throws {
                try await request.response.end("\(greeting), world!")
            }
        }
        try await server.serve(Greeter(greeting: "Hello"))
    }

    func session(_ session: HTTPSession) {
        struct User: SessionValue {
            static let sessionKey = "user"
            var name: String
        }

        session[User.self] = User(name: "Ada")
    }

    func upgrade(_ server: HTTPServer) async throws {
        try await server.serve { request in
            let socket = try await WebSocket.upgrade(request)
            for try await message in socket { try await socket.send(message) }
        }
    }

    func hello() async throws {
        let server = try await HTTPServer.bind(.loopbackIPv4, port: 4040)
        print("Listening on \(server.url)")
        try await server.serve { request in
            try await request.response.end("Hello, world!")
        }
    }

    func connect() async throws {
        let socket = try await WebSocket.connect("ws://127.0.0.1:4040/ws")
        try await socket.send("Hello")
        for try await message in socket {
            if case .text(let text) = message { print(text) }
        }
    }
}

private func findUser(_ cookies: [Cookie]) async throws -> User? {
    cookies.isEmpty ? nil : User(name: "Ada")
}
