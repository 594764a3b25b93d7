import Martlet

/// `GET /history`: older messages, and searches.
struct HistoryAnswer: RequestHandler {
    /// The maximum length of a search text in characters.
    private static let maximumSearch = 200
    /// The maximum size of the messages of a page in bytes, unless there is only one.
    private static let maximumBytes = 1_048_576

    let log: any ChatLog

    /// A page of messages, in order.
    struct Page: Codable, Sendable, Hashable {
        var messages: [ChatMessage]
        /// Whether there are more before these, or after them if the query has `after`.
        var more: Bool
    }

    func handle(_ request: HTTPServerRequest) async throws {
        var query = try Self.query(request)
        let limit = query.limit
        // One more shows whether there are more.
        query.limit += 1
        var messages: [ChatMessage]
        do {
            messages = try await log.messages(query)
        } catch let error as ChatLogUnavailable {
            throw HTTPError(.serviceUnavailable, error.description, headers: [.retryAfter: "5"])
        }
        let fitting = min(limit, Self.fitting(query.after == nil ? messages.reversed() : messages))
        let more = messages.count > fitting
        messages = Array(query.after == nil ? messages.suffix(fitting) : messages.prefix(fitting))
        request.response.headers[.cacheControl] = "no-store"
        try await request.response.end(json: Page(messages: messages, more: more))
    }

    /// How many of the first messages fit into a page.
    private static func fitting(_ messages: [ChatMessage]) -> Int {
        var bytes = 0
        return messages.prefix { message in
            defer { bytes += message.maximumBytes }
            return bytes == 0 || bytes + message.maximumBytes <= maximumBytes
        }.count
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
                    "“\(name)” must be a number from \(range.lowerBound) to \(range.upperBound)."
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
                throw HTTPError(.badRequest, "“q” may have at most \(maximumSearch) characters.")
            }
            query.text = text
        }
        return query
    }
}
