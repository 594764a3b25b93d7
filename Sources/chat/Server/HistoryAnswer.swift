import Martlet
import MartletWeb

/// `GET /history`: older messages, and searches.
struct HistoryAnswer: RequestHandler {
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
}

extension HistoryAnswer {
    /// The parameters of the query: `?q=nest&before=17&limit=50`.
    private struct Parameters: Decodable, Validatable {
        /// The maximum length of a search text in characters.
        private static let maximumSearch = 200

        var before: Int?
        var after: Int?
        var limit: Int?
        var q: String?

        func validate(_ validation: inout Validation) {
            let (limits, searchLimit) = (1...HistoryQuery.maximumLimit, Self.maximumSearch)
            validation.require(before ?? 1 >= 1, "must be at least 1", at: "before")
            validation.require(after ?? 0 >= 0, "must be at least 0", at: "after")
            validation.require(limits.contains(limit ?? 1), "must be 1 to \(limits.upperBound)", at: "limit")
            validation.require(q?.count ?? 0 <= searchLimit, "may have at most \(searchLimit) characters", at: "q")
        }
    }

    private static func query(_ request: HTTPServerRequest) throws -> HistoryQuery {
        let parameters = try request.query(Parameters.self)
        var query = HistoryQuery(before: parameters.before, after: parameters.after)
        query.limit = parameters.limit ?? query.limit
        if let text = parameters.q, !text.allSatisfy(\.isWhitespace) { query.text = text }
        return query
    }
}
