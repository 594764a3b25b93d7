import Martlet
import MartletTelemetry

/// Hello world as the tutorial writes it, whose requests `script/bench --gate` counts: `RequestCost PORT` for HTTP/1.1,
/// `RequestCost PORT http2` for HTTP/2 with prior knowledge, `RequestCost PORT telemetry` within telemetry that has no
/// backend.
@main
enum RequestCost {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 2, let port = UInt16(arguments[1]) else {
            return print("usage: RequestCost PORT [http2 | telemetry]")
        }
        var configuration = HTTPServer.Configuration()
        configuration.http2.allowsPriorKnowledge = arguments.dropFirst(2).contains("http2")
        let server = try await HTTPServer.bind(.loopbackIPv4, port: Int(port), configuration: configuration)
        let handler: HTTPServer.Handler = { request in
            try await request.response.end("Hello, world!")
        }
        #if Telemetry
            if arguments.dropFirst(2).contains("telemetry") {
                return try await server.serve(ServerTelemetry().wrapping(handler))
            }
        #endif
        try await server.serve(handler)
    }
}
