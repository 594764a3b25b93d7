import Testing

@testable import chat

/// What every log does, checked with an empty one.
func checkContract(of log: any ChatLog) async throws {
    // Places, in the order of coming.
    let emoji = "👩‍🚀🦅 שלום\n\t'\"\\;--\u{1F1E8}\u{1F1ED} e\u{301} ß"
    let drafts = [draft("One"), draft(emoji, from: "Béla 🦊"), draft(String(repeating: "😀", count: 4_000))]
    let outcomes = try await log.append(drafts)
    #expect(outcomes == drafts.enumerated().map { .stored(ChatMessage($1, sequence: $0 + 1)) })
    #expect(try await log.append([]) == [])

    // Ids that are known, from before and from the same batch.
    let fourth = draft("Four")
    #expect(
        try await log.append([drafts[1], fourth, fourth]) == [
            .known(drafts[1].id, sequence: 2), .stored(ChatMessage(fourth, sequence: 4)),
            .known(fourth.id, sequence: 4),
        ]
    )

    // What is in it is what was said.
    let all = zip(drafts + [fourth], 1...).map { ChatMessage($0, sequence: $1) }
    #expect(try await log.messages(HistoryQuery()) == all)
    #expect(try await log.latest(2) == Array(all[2...]))

    // Pages.
    #expect(try await log.messages(HistoryQuery(before: 4, limit: 2)) == Array(all[1...2]))
    #expect(try await log.messages(HistoryQuery(after: 1, limit: 2)) == Array(all[1...2]))
    #expect(try await log.messages(HistoryQuery(before: 1)) == [])
    #expect(try await log.messages(HistoryQuery(after: 4)) == [])
    #expect(try await log.messages(HistoryQuery(before: .max, after: 0)) == all)

    // Searches.
    for (text, found) in [
        ("one", [1]), ("ONE", [1]), ("bela", [2]), ("🦅", [2]), ("שלום", [2]), ("'\"\\;", [2]), ("%", []), ("_", []),
        ("o", [1, 4]), ("nowhere", []), ("👩‍🚀", [2]),
    ] {
        let messages = try await log.messages(HistoryQuery(text: text))
        #expect(messages.map(\.sequence) == found, "\(text)")
    }
    let last = try await log.messages(HistoryQuery(text: "o", limit: 1))
    #expect(last.map(\.sequence) == [4])
    let percent = draft("100% of a_b!")
    _ = try await log.append([percent])
    for text in ["0% o", "a_b!"] {
        let messages = try await log.messages(HistoryQuery(text: text))
        #expect(messages.map(\.sequence) == [5], "\(text)")
    }
}
