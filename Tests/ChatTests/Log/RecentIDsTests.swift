import Testing

@testable import chat

struct RecentIDsTests {
    @Test func remembersTheLatest() {
        let all = (0..<30).map { _ in MessageID() }
        var ids = RecentIDs(limit: 8)
        for (place, id) in all.enumerated() {
            ids.add(id, at: place)
            ids.add(id, at: 1_000)
        }
        #expect(all.suffix(8).map { ids[$0] } == Array(22..<30))
        #expect(all.prefix(19).allSatisfy { ids[$0] == nil })
    }
}
