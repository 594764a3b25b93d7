import HTTPTypes
import Martlet
import NIOCore
import Testing

/// A rule of RFC 9113 or RFC 7541: frames that follow or break it, and what the server has to answer.
struct Rule: Sendable, CustomStringConvertible {
    /// What the server says, and all that it says.
    enum Outcome: Sendable, Hashable {
        /// Nothing but the answer to a PING behind the frames.
        case ignored
        case reset(UInt32, HTTP2Code)
        case goAway(HTTP2Code)
        case status(Int)
    }

    enum HTTP2Code: UInt32, Sendable {
        case noError, protocolError, internalError, flowControlError, settingsTimeout, streamClosed, frameSizeError
        case refusedStream, cancel, compressionError, connectError, enhanceYourCalm
    }

    var section: String
    var text: String
    /// A request that is answered before the frames are sent.
    var before: [Frame] = []
    /// What the connection begins with.
    var opening: [Frame] = [Frame.settings(), Frame.settingsAck]
    var frames: [Frame]
    /// One after the other, and no more than these.
    var outcomes: [Outcome]

    init(
        _ section: String,
        _ text: String,
        before: [Frame] = [],
        opening: [Frame] = [Frame.settings(), Frame.settingsAck],
        _ frames: [Frame],
        _ outcomes: Outcome...
    ) {
        self.section = section
        self.text = text
        self.before = before
        self.opening = opening
        self.frames = frames
        self.outcomes = outcomes.filter { $0 != .ignored }
    }

    var description: String { "\(section): \(text)" }

    private static let marker: [UInt8] = [0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0]

    /// Sends the frames on a connection of their own.
    ///
    /// - Returns: All that comes back which says that something is wrong, or right: what follows the first of it counts,
    ///   too.
    func outcomes(at server: HTTPServer) async throws -> [Outcome] {
        let client = try await server.connectHTTP2()
        client.send(Array(HTTP2Client.preface.utf8) + opening.flatMap(\.bytes) + before.flatMap(\.bytes))
        for frame in before where frame.flags & Frame.endStream != 0 {
            _ = try await client.reply(frame.stream)
        }
        client.send(frames + [Frame.ping(Self.marker)])
        var outcomes: [Outcome] = []
        var markers = 0
        while true {
            let frame = try await client.next()
            switch frame.kind {
            case .reset:
                outcomes.append(.reset(frame.stream, HTTP2Code(rawValue: frame.word(at: 0) ?? 0) ?? .noError))
            case .goAway:
                outcomes.append(.goAway(HTTP2Code(rawValue: frame.word(at: 4) ?? 0) ?? .noError))
                guard try await client.raw.expectEnd() else { throw Failure(description: "Something follows GOAWAY") }
                return outcomes
            case .headers:
                outcomes.append(.status(Int(try client.fields(of: frame).first?.value ?? "") ?? 0))
            case .ping where frame.payload == Self.marker:
                markers += 1
                // What a handler brings about that works meanwhile is there before the answer to another one.
                if markers == 1 { client.send(Frame.ping(Self.marker)) }
            default:
                break
            }
            // A handler that had to wait for content answers a little later.
            if markers >= 2, !(expectsStatus && outcomes.count < self.outcomes.count) { return outcomes }
        }
    }

    private var expectsStatus: Bool {
        if case .status = outcomes.last { true } else { false }
    }

    /// Sends the frames of all rules, and looks at what comes back.
    static func check(_ rules: [Rule], _ change: (inout HTTPServer.Configuration) -> Void = { _ in }) async throws {
        let configuration = HTTPServer.Configuration.priorKnowledge.with(change)
        try await withServer(configuration, answer) { server in
            try await withThrowingTaskGroup(of: (Rule, [Outcome]).self) { group in
                for rule in rules {
                    group.addTask {
                        do {
                            return (rule, try await rule.outcomes(at: server))
                        } catch {
                            throw Failure(description: "\(rule): \(error)")
                        }
                    }
                }
                for try await (rule, outcomes) in group {
                    #expect(outcomes == rule.outcomes, "\(rule)")
                }
            }
            // Nobody else is disturbed.
            let client = try await server.beginHTTP2()
            client.send(.request(1))
            #expect(try await client.reply().text == "ok")
        }
    }

    private struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    @Sendable
    private static func answer(_ request: HTTPServerRequest) async throws {
        switch request.target {
        case "/wait": try await untilCancelled()
        case "/read":
            let text = try await request.text()
            if text == "never" { throw HTTPError(.badRequest) }
            try await request.response.end(text)
        default: try await request.response.end("ok")
        }
    }
}
