import HTTPTypes
import HTTPWire
import Logging
import Martlet
import NIOCore

/// Binds a server that adds nothing of its own to responses, and closes it after `test`.
///
/// - Parameter test: Gets the URL without a slash at its end.
func withServer(
    _ handler: @escaping HTTPServer.Handler = answer,
    test: (_ url: String) async throws -> Void
) async throws {
    var configuration = HTTPServer.Configuration()
    configuration.defaultResponseHeaders = [:]
    configuration.sendsDate = false
    configuration.logger.logLevel = .critical
    configuration.http2.allowsPriorKnowledge = true
    let server = try await HTTPServer.bind(.loopbackIPv4, port: 0, configuration: configuration)
    let serving = Task { try? await server.serve(handler) }
    do {
        try await test("http://127.0.0.1:\(server.port)")
    } catch {
        await server.close(force: true)
        await serving.value
        throw error
    }
    await server.close(force: true)
    await serving.value
}

/// JSON whose numbers, order and doubled names a careless tool would change.
let sampleJSON = #"{"b":1.50,"a":[true,{}],"b":"x\"y"}"#

/// The same, laid out.
let sampleLayout = """
    {
      "b": 1.50,
      "a": [
        true,
        {}
      ],
      "b": "x\\"y"
    }

    """

/// Has an answer to everything that the tests ask for. What it doesn't know it repeats: request line, fields, content.
func answer(_ request: HTTPServerRequest) async throws {
    let response = request.response
    switch request.url.path {
    case "/json":
        response.headers[.contentType] = "application/json"
        try await response.end(sampleJSON)
    case "/early":
        try await response.sendInformational(HTTPResponse.Status(code: 103), headers: [.link: "</a>"])
        try await response.end("late")
    case "/hostile":
        response.headers[.contentType] = "text/plain"
        try await response.end("a\u{1B}[31mb\u{9B}2Jc\r\nd")
    case "/binary":
        try await response.end(bytes: [0x89, 0x50, 0x4E, 0x47, 0, 1, 2, 3])
    case "/cut":
        response.contentLength = 100
        try await response.write("abc")
        try await response.flush()
        throw CancellationError()
    case "/nothing":
        await (try response.detachSocket(writeHeaders: false)).close()
    case "/malformed":
        let socket = try await response.detachSocket(writeHeaders: false)
        try await socket.write("SSH-2.0-OpenSSH_9.2\r\n\r\n")
        await socket.close()
    case "/redirect":
        try await response.redirect(to: "/echo")
    case "/loop":
        try await response.redirect(to: "/loop")
    case "/private/a", "/private/b":
        guard request.headers[.authorization] == "Basic SGFuOmNoZXc6aWU=" else {
            response.status = .unauthorized
            response.headers[.wwwAuthenticate] = "Basic realm=\"cantina\""
            return try await response.end("Who are you?")
        }
        try await response.end("Hello, Han!")
    case "/cookie":
        response.cookies.append(try SetCookie(name: "seen", value: "1"))
        try await response.end()
    case let path where path.hasPrefix("/status/"):
        response.statusCode = Int(path.dropFirst(8)) ?? 500
        try await response.end("status")
    default:
        let content = try await request.text()
        var text = "\(request.method) \(request.target)\n"
        for field in request.headers { text += "\(field.name.rawName): \(field.value)\n" }
        try await response.end("\(text)\n\(content)")
    }
}
