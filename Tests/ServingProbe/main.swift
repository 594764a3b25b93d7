// A program as the README shows them, for tests to start and stop: with `group` it is run by a `ServiceGroup`, otherwise a
// signal ends it as it ends every program. With `delay` and a number of milliseconds it goes on for so long when it is
// asked to shut down.
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
var configuration = HTTPServer.Configuration()
if let index = CommandLine.arguments.firstIndex(of: "delay"), index + 1 < CommandLine.arguments.count {
    configuration.shutdownDelay = .milliseconds(Int(CommandLine.arguments[index + 1]) ?? 0)
}
let server = try await HTTPServer.bind(.loopbackIPv4, port: 0, configuration: configuration)
print("Listening on \(server.url)")
if CommandLine.arguments.contains("group") {
    let group = ServiceGroup(
        services: [server.service(around: [log], answer)],
        gracefulShutdownSignals: [.sigterm],
        logger: Logger(label: "probe") { _ in SwiftLogNoOpLogHandler() }
    )
    try await group.run()
} else {
    try await server.serve(around: [log], answer)
}
