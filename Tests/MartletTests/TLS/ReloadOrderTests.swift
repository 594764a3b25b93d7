import Testing

@testable import Martlet

@Suite("R19: Certificates that are read several times at once")
struct ReloadOrderTests {
    @Test("Files that have changed do not come back over those that have replaced them")
    func replaced() {
        var order = ReloadOrder()
        let check = order.begin(replacing: false)
        let replacement = order.begin(replacing: true)
        let isReplaced = order.finish(replacement)
        let isChecked = order.finish(check)
        #expect(isReplaced && !isChecked)
        // Nor when they were looked at while the replacement was being read.
        let second = order.begin(replacing: true)
        let late = order.begin(replacing: false)
        let outcomes = [order.finish(second), order.finish(late)]
        #expect(outcomes == [true, false])
    }

    @Test("Of two replacements the one counts that was asked for last, of two readings the later one")
    func last() {
        for replaces in [true, false] {
            var order = ReloadOrder()
            let (first, second) = (order.begin(replacing: replaces), order.begin(replacing: replaces))
            let outcomes = [order.finish(second), order.finish(first)]
            #expect(outcomes == [true, false])
        }
    }

    @Test("One that has failed is as if it had not been asked for")
    func failed() {
        var order = ReloadOrder()
        let first = order.begin(replacing: true)
        _ = order.begin(replacing: true)
        let isUsed = order.finish(first)
        #expect(isUsed)
        let again = order.begin(replacing: false)
        let isRead = order.finish(again)
        #expect(isRead)
    }
}
