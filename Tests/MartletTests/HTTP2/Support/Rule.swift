import HTTPTypes
import Martlet
import NIOCore
import Testing

/// A rule of RFC 9113 or RFC 7541: frames that follow or break it, and what the server has to answer.
struct Rule: Sendable, CustomStringConvertible {
    /// What the server says first.
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
    var outcome: Outcome

    init(
        _ section: String,
        _ text: String,
        before: [Frame] = [],
        opening: [Frame] = [Frame.settings(), Frame.settingsAck],
        _ frames: [Frame],
        _ outcome: Outcome
    ) {
        self.section = section
        self.text = text
        self.before = before
        self.opening = opening
        self.frames = frames
        self.outcome = outcome
    }

    var description: String { "\(section): \(text)" }

    private static let marker: [UInt8] = [0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0]

    /// Sends the frames on a connection of their own.
    func outcome(at server: HTTPServer) async throws -> Outcome {
        let client = try await server.connectHTTP2()
        client.send(Array(HTTP2Client.preface.utf8) + opening.flatMap(\.bytes) + before.flatMap(\.bytes))
        for frame in before where frame.flags & Frame.endStream != 0 {
            _ = try await client.reply(frame.stream)
        }
        client.send(frames + [Frame.ping(Self.marker)])
        while true {
            let frame = try await client.next()
            switch frame.kind {
            case .reset:
                return .reset(frame.stream, HTTP2Code(rawValue: frame.word(at: 0) ?? 0) ?? .noError)
            case .goAway:
                let code = HTTP2Code(rawValue: frame.word(at: 4) ?? 0) ?? .noError
                // Nothing comes behind it.
                _ = try await client.raw.receiveToEnd()
                return .goAway(code)
            case .headers:
                return .status(Int(try client.fields(of: frame).first?.value ?? "") ?? 0)
            case .ping where frame.payload == Self.marker:
                // A handler that had to wait for content answers a little later.
                if case .status = outcome { continue }
                return .ignored
            default:
                continue
            }
        }
    }

    /// Sends the frames of all rules, and looks at what comes back.
    static func check(_ rules: [Rule], _ change: (inout HTTPServer.Configuration) -> Void = { _ in }) async throws {
        let configuration = HTTPServer.Configuration.priorKnowledge.with(change)
        try await withServer(configuration, answer) { server in
            try await withThrowingTaskGroup(of: (Rule, Outcome).self) { group in
                for rule in rules {
                    group.addTask {
                        do {
                            return (rule, try await rule.outcome(at: server))
                        } catch {
                            throw Failure(description: "\(rule): \(error)")
                        }
                    }
                }
                for try await (rule, outcome) in group {
                    #expect(outcome == rule.outcome, "\(rule)")
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
