import Synchronization
import Testing

@testable import Martlet

@Suite("The table of sessions")
struct SessionTableTests {
    /// A moment that counts how often moments are compared.
    private struct Moment: InstantProtocol {
        static let comparisons = Atomic(0)

        var seconds: Int

        static func < (one: Moment, other: Moment) -> Bool {
            comparisons.add(1, ordering: .relaxed)
            return one.seconds < other.seconds
        }

        func advanced(by duration: Duration) -> Moment { Moment(seconds: seconds + Int(duration.components.seconds)) }
        func duration(to other: Moment) -> Duration { .seconds(other.seconds - seconds) }
    }

    private struct Time: InstantProtocol {
        var seconds: Int

        static func < (one: Time, other: Time) -> Bool { one.seconds < other.seconds }
        func advanced(by duration: Duration) -> Time { Time(seconds: seconds + Int(duration.components.seconds)) }
        func duration(to other: Time) -> Duration { .seconds(other.seconds - seconds) }
    }

    /// How many comparisons it takes to begin a session, use it, change it, rename it and end another, in a full table.
    private func cost(of count: Int) -> Int {
        var table = SessionTable<Moment>(maximumCount: count)
        for number in 0..<count {
            _ = table.create("\(number)", [:], until: Moment(seconds: 1_000 + number * 7 % count))
        }
        let rounds = 1_000
        let before = Moment.comparisons.load(ordering: .relaxed)
        for round in 0..<rounds {
            let id = "new \(round)"
            let now = Moment(seconds: 0)
            _ = table.create(id, [:], until: Moment(seconds: 1_200 + round))
            _ = table.load(id, now: now, until: Moment(seconds: 100_000 + round))
            _ = table.update(id, ["a": "b"], now: now, until: Moment(seconds: 100_000 - round))
            _ = table.rename(id, to: id + "x", [:], now: now, until: Moment(seconds: 100_000))
            _ = table.removeExpired(now: now, limit: 1_000)
        }
        #expect(table.count == count)
        return (Moment.comparisons.load(ordering: .relaxed) - before) / rounds
    }

    @Test("M4: takes as many steps with 100,000 sessions as with 1,000, but for a logarithm")
    func steps() {
        let (small, large) = (cost(of: 1_000), cost(of: 100_000))
        #expect(large <= small * 2 + 20, "\(small) \(large)")
        #expect(large < 400, "\(large)")
    }

    @Test("keeps the order of expiry, whatever is done to it")
    func order() {
        var random = SystemRandomNumberGenerator()
        var table = SessionTable<Time>(maximumCount: 50)
        var model: [String: Int] = [:]
        for step in 0..<3_000 {
            let id = "\(Int.random(in: 0..<80, using: &random))"
            let expiry = Int.random(in: 1..<1_000, using: &random) * 100_000 + step
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                if model[id] == nil, model.count == 50, let first = model.min(by: { $0.value < $1.value }) {
                    model[first.key] = nil
                }
                model[id] = expiry
                _ = table.create(id, [:], until: Time(seconds: expiry))
            case 2:
                let isFound = table.load(id, now: Time(seconds: 0), until: Time(seconds: expiry)) != nil
                #expect(isFound == (model[id] != nil))
                if isFound { model[id] = expiry }
            case 3:
                table.remove(id)
                model[id] = nil
            default:
                let newID = "renamed \(step)"
                if table.rename(id, to: newID, [:], now: Time(seconds: 0), until: Time(seconds: expiry)) {
                    let old = model.removeValue(forKey: id)
                    #expect(old != nil)
                    model[newID] = expiry
                } else {
                    #expect(model[id] == nil)
                }
            }
            #expect(table.count == model.count)
            #expect(table.nextExpiry?.seconds == model.values.min())
        }
    }

    @Test("S5: a session whose time is over is not there, although it was not removed yet")
    func expired() {
        var table = SessionTable<Time>(maximumCount: 10)
        _ = table.create("a", ["k": "v"], until: Time(seconds: 10))
        let (now, later) = (Time(seconds: 10), Time(seconds: 20))
        let loaded = table.load("a", now: now, until: later)
        let isUpdated = table.update("a", ["k": "w"], now: now, until: later)
        let isRenamed = table.rename("a", to: "b", [:], now: now, until: later)
        #expect(loaded == nil && !isUpdated && !isRenamed)
        #expect(table.nextExpiry?.seconds == 10)
        let actions = table.removeExpired(now: now, limit: 1)
        #expect(actions.isEmpty && table.count == 0)
    }

    @Test("removes so many at a time whose time is over")
    func batches() {
        var table = SessionTable<Time>(maximumCount: 100)
        for number in 0..<100 { _ = table.create("\(number)", [:], until: Time(seconds: number)) }
        _ = table.removeExpired(now: Time(seconds: 49), limit: 20)
        #expect(table.count == 80)
        _ = table.removeExpired(now: Time(seconds: 49), limit: 200)
        #expect(table.count == 50)
    }
}
