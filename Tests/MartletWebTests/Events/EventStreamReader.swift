import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// Reads the events of one response.
struct EventStreamReader {
    let response: HTTPClientResponse
    private var body: HTTPBody.AsyncIterator
    private var parser = EventStreamParser()
    private var buffer = ByteBuffer()

    init(_ response: HTTPClientResponse) {
        self.response = response
        body = response.body.makeAsyncIterator()
    }

    /// Opens a stream.
    static func open(_ client: HTTPClient, _ url: String, after id: String? = nil) async throws -> EventStreamReader {
        let response = try await client.get(url, headers: id.map { [.lastEventID: $0] } ?? [:])
        return EventStreamReader(response)
    }

    /// The time that the server wants the client to wait.
    var reconnectionTime: Duration? { parser.reconnectionTime }

    var lastEventID: String? { parser.lastEventID }

    /// The next event; nil at the end of the response.
    mutating func next() async throws -> ServerSentEvent? {
        while true {
            if let event = try parser.parse(&buffer) { return event }
            guard let bytes = try await body.next() else { return nil }
            buffer = bytes
        }
    }

    /// The data of so many events.
    mutating func data(_ count: Int) async throws -> [String] {
        var data: [String] = []
        while data.count < count, let event = try await next() { data.append(event.data) }
        return data
    }
}
