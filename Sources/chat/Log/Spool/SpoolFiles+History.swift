/// The part of the history that consists of waiting messages.
extension SpoolFiles {
    /// Whether the query also needs the database.
    func needsDatabase(for query: HistoryQuery) -> Bool {
        if stored == 0 { return false }
        if let after = query.after { return after < stored }
        return query.text != nil || end(of: query) - stored <= query.limit
    }

    /// The waiting messages that match a query.
    ///
    /// - Parameter searched: The maximum number of messages to search for a text.
    /// - Throws: ``ChatLogUnavailable`` if more would have to be searched.
    func waiting(for query: HistoryQuery, searched: Int) throws -> [ChatMessage] {
        let end = end(of: query)
        guard end > stored + 1 else { return [] }
        guard let text = query.text?.foldedForSearch else {
            let start = max(stored, query.after ?? (end - 1 - min(query.limit, end - 1)))
            return try messages(after: start, limit: query.limit).filter { $0.sequence < end }
        }
        let start = max(stored, query.after ?? 0)
        guard end - 1 - min(start, end - 1) <= searched else { throw ChatLogUnavailable() }
        return try messages(after: start).filter { message in
            message.sequence < end && "\(message.name)\n\(message.text)".foldedForSearch.contains(text)
        }
    }

    /// The sequence number after the last one that exists and may match.
    private func end(of query: HistoryQuery) -> Int { min(query.before ?? .max, last + 1) }
}
