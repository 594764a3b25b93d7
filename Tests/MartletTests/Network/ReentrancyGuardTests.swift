import Testing

@testable import Martlet

/// Work that is asked for while it is being done.
@Suite struct ReentrancyGuardTests {
    /// How often the work is done, which asks for itself as often as `requests` says for each time.
    private func rounds(asking requests: [Int]) -> Int {
        var work = ReentrancyGuard()
        var rounds = 0
        func run() {
            guard work.begin() else { return }
            repeat {
                let count = rounds < requests.count ? requests[rounds] : 0
                rounds += 1
                for _ in 0..<count { run() }
            } while work.finishPass()
        }
        run()
        return rounds
    }

    @Test("Work that nobody asks for again is done once")
    func once() {
        #expect(rounds(asking: []) == 1)
    }

    @Test("However often it is asked for meanwhile, it is done once more")
    func again() {
        #expect(rounds(asking: [1]) == 2)
        #expect(rounds(asking: [3]) == 2)
        #expect(rounds(asking: [3, 1]) == 3)
    }

    @Test("What has ended can begin anew")
    func anew() {
        var work = ReentrancyGuard()
        for _ in 0..<2 {
            let begins = work.begin()
            let continues = work.finishPass()
            #expect(begins && !continues)
        }
    }

    @Test("Work that is held is done once it is let go, if it was asked for meanwhile")
    func held() {
        var work = ReentrancyGuard()
        let holds = (work.hold(), work.hold())
        #expect(holds == (true, false))
        let begins = work.begin()
        let continues = (work.finishPass(), work.finishPass())
        #expect(!begins && continues == (true, false))
        _ = work.hold()
        let passesUnasked = work.finishPass()
        let beginsAnew = work.begin()
        #expect(!passesUnasked && beginsAnew)
    }
}
