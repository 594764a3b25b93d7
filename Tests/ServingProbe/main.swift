// A program as the README shows them, for tests and scripts to start and stop. Its arguments are words:
//
//   group           it is run by a `ServiceGroup`; otherwise a signal ends it as it ends every program
//   delay N         it goes on for N milliseconds when it is asked to shut down
//   port N          it listens there; otherwise where the system chooses, or on the socket that systemd has passed
//   shared          others may listen on the same port
//   h2c             it speaks HTTP/2 without TLS
//   quiet           it logs nothing
import Logging
import Martlet
import MartletTelemetry
import MartletWeb
import ServiceLifecycle
import UnixSignals

let log = RequestLog(.common)
let health = try Health()
let answer: HTTPServer.Handler = { request in
    switch request.target {
    case "/livez": return try await health.live(request)
    case "/readyz": return try await health.ready(request)
    case "/events": break
    default: return try await request.response.end("Hello, world!")
    }
    try await request.response.write("event\n")
    try await request.response.flush()
    try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(600)) }
    try await request.response.end("bye\n")
}
let words = CommandLine.arguments.dropFirst()
func number(after word: String) -> Int? {
    words.firstIndex(of: word).flatMap { $0 + 1 < words.endIndex ? Int(words[$0 + 1]) : nil }
}
var configuration = HTTPServer.Configuration()
configuration.shutdownDelay = .milliseconds(number(after: "delay") ?? 0)
configuration.http2.allowsPriorKnowledge = words.contains("h2c")
configuration.serviceNotifier = ServiceNotifier()
let server: HTTPServer
if let socket = try ServerSocket.inherited() {
    server = HTTPServer.listen(on: socket, configuration: configuration)
} else {
    server = try await HTTPServer.bind(
        .loopbackIPv4,
        port: number(after: "port") ?? 0,
        shared: words.contains("shared"),
        configuration: configuration
    )
}
let around: [any Middleware] = words.contains("quiet") ? [] : [log]
print("Listening on \(server.url)")
if words.contains("group") {
    let group = ServiceGroup(
        services: [server.service(around: around, answer)],
        gracefulShutdownSignals: [.sigterm],
        logger: Logger(label: "probe") { _ in SwiftLogNoOpLogHandler() }
    )
    try await group.run()
} else {
    try await server.serve(around: around, answer)
}
