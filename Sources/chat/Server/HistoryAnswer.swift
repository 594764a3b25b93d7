import Martlet

/// `GET /history`: older messages, and those that contain something.
struct HistoryAnswer: Sendable {
    /// How many characters somebody may search for.
    private static let maximumSearch = 200

    let log: any ChatLog

    /// A page of messages, in order.
    struct Page: Codable, Sendable, Hashable {
        var messages: [ChatMessage]
        /// Whether there are more before these, or after them where `after` was asked for.
        var more: Bool
    }

    func answer(_ request: HTTPServerRequest) async throws {
        var query = try Self.query(request)
        let limit = query.limit
        // One more tells whether there are more.
        query.limit += 1
        var messages: [ChatMessage]
        do {
            messages = try await log.messages(query)
        } catch let error as ChatLogUnavailable {
            throw HTTPError(.serviceUnavailable, error.description, headers: [.retryAfter: "5"])
        }
        let more = messages.count > limit
        if more {
            if query.after == nil { messages.removeFirst() } else { messages.removeLast() }
        }
        request.response.headers[.cacheControl] = "no-store"
        try await request.response.end(json: Page(messages: messages, more: more))
    }

    private static func query(_ request: HTTPServerRequest) throws -> HistoryQuery {
        guard let parameters = try? request.url.queryParameters else {
            throw HTTPError(.badRequest, "The query is malformed.")
        }
        func number(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
            guard let text = parameters[name] else { return nil }
            guard let number = Int(text), range.contains(number) else {
                throw HTTPError(
                    .badRequest,
                    "“\(name)” is a number from \(range.lowerBound) to \(range.upperBound)."
                )
            }
            return number
        }
        var query = HistoryQuery()
        query.before = try number("before", in: 1...Int.max)
        query.after = try number("after", in: 0...Int.max)
        query.limit = try number("limit", in: 1...HistoryQuery.maximumLimit) ?? query.limit
        if let text = parameters["q"], text.contains(where: { !$0.isWhitespace }) {
            guard text.count <= maximumSearch else {
                throw HTTPError(.badRequest, "“q” has at most \(maximumSearch) characters.")
            }
            query.text = text
        }
        return query
    }
}
