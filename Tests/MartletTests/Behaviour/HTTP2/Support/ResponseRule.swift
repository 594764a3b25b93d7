import HTTPTypes
import Martlet
import Testing

/// A rule of RFC 9113 or RFC 7541 for what a server sends: frames that follow or break it, behind a request on stream 1,
/// and what the client has to answer.
struct ResponseRule: Sendable, CustomStringConvertible {
    /// What the requester sees.
    enum Result: Sendable, Hashable {
        case response
        /// `HTTP2Failure.malformedMessage`
        case malformed
        /// `HTTP2Failure.connectionFailed`
        case failed
        case other(String)
    }

    var section: String
    var text: String
    var frames: [Frame]
    var outcome: Rule.Outcome
    var result: Result

    /// - Parameter result: By default, that of a response that is not complete when the frames come.
    init(_ section: String, _ text: String, _ frames: [Frame], _ outcome: Rule.Outcome, _ result: Result? = nil) {
        self.section = section
        self.text = text
        self.frames = frames
        self.outcome = outcome
        self.result =
            result
            ?? {
                switch outcome {
                case .reset: .malformed
                case .goAway: .failed
                case .ignored, .status: .response
                }
            }()
    }

    var description: String { "\(section): \(text)" }

    private static let marker: [UInt8] = [0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0]

    private var endsResponse: Bool {
        frames.contains { ($0.kind == .data || $0.kind == .headers) && $0.flags & Frame.endStream != 0 }
    }

    /// Sends the frames, and looks what comes back, to the end.
    private func outcomes(from peer: HTTP2Peer) throws -> [Rule.Outcome] {
        let ping = Frame.ping(Self.marker)
        // The client may have closed before it has got everything.
        try? peer.connection.write((frames + [ping]).flatMap(\.bytes))
        var outcomes: [Rule.Outcome] = []
        var markers = 0
        while markers < 2 {
            let frame = try peer.read()
            switch frame.type {
            case .reset:
                let code = Rule.HTTP2Code(rawValue: UInt32(frame.number)) ?? .noError
                outcomes.append(.reset(UInt32(frame.stream), code))
            case .goAway:
                let code = frame.payload.count < 8 ? 0 : UInt32(frame.payload[7])
                outcomes.append(.goAway(Rule.HTTP2Code(rawValue: code) ?? .noError))
                // Nothing follows it.
                if let more = try? peer.read() { throw HTTP2Peer.Unexpected(frame: more) }
                return outcomes
            case .ping where frame.payload == Self.marker:
                markers += 1
                // What the requester brings about meanwhile is there before the answer to another one.
                if markers == 1 { try peer.connection.write(ping.bytes) }
            default:
                continue
            }
        }
        return outcomes
    }

    /// Sends the frames of all rules, each on a connection of its own, and looks at what comes back.
    static func check(_ rules: [ResponseRule]) async throws {
        let outcomes = Shared<[Int: [Rule.Outcome]]>([:])
        try await withHTTP2Peer { peer, _ in
            let path = try peer.request().fields[":path"] ?? ""
            let index = try #require(Int(path.dropFirst()))
            let seen = try rules[index].outcomes(from: peer)
            outcomes.change { $0[index] = seen }
            if seen.isEmpty, !rules[index].endsResponse { try peer.respond(1, "ok") }
        } test: { _, url in
            for (index, rule) in rules.enumerated() {
                let client = makeClient {
                    $0.http2 = .always
                    $0.maximumRetries = 0
                }
                let result = await Self.result(client, "\(url)/\(index)")
                #expect(result == rule.result, "\(rule)")
                try await eventually { outcomes.value[index] != nil }
                #expect(outcomes.value[index] == (rule.outcome == .ignored ? [] : [rule.outcome]), "\(rule)")
                await client.close(force: true)
            }
        }
    }

    private static func result(_ client: HTTPClient, _ url: String) async -> Result {
        do {
            _ = try await client.get(url).collect()
            return .response
        } catch HTTPClientError.http2(.malformedMessage) {
            return .malformed
        } catch HTTPClientError.http2(.connectionFailed) {
            return .failed
        } catch {
            return .other("\(error)")
        }
    }
}
