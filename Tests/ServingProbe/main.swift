// A program as the README shows them, for tests to start and stop: with `group` it is run by a `ServiceGroup`, otherwise a
// signal ends it as it ends every program.
import Logging
import Martlet
import MartletWeb
import ServiceLifecycle
import UnixSignals

let log = RequestLog(.common)
let answer: HTTPServer.Handler = { request in
    guard request.target == "/events" else { return try await request.response.end("Hello, world!") }
    try await request.response.write("event\n")
    try await request.response.flush()
    try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(600)) }
    try await request.response.end("bye\n")
}
let server = try await HTTPServer.bind(.loopbackIPv4, port: 0)
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
