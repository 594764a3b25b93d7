import Testing

@testable import MartletTelemetry

@Suite("The thread of a backend", .timeLimit(.minutes(5)))
struct BackendThreadTests {
    @Test("makes calls in order, and knows when they have been made")
    func order() async {
        let thread = BackendThread()
        let made = Shared<[Int]>([])
        for number in 0..<1_000 { thread.call { made.change { $0.append(number) } } }
        await thread.flush(within: .seconds(30))
        #expect(made.value == Array(0..<1_000))
        await thread.flush(within: .seconds(30))
    }

    @Test("keeps so many calls and drops what comes besides")
    func full() async {
        let gate = Gate()
        let thread = BackendThread(limit: 10)
        let made = Shared(0)
        let entered = Events<Void>()
        thread.call {
            entered.add()
            gate.pass()
        }
        try? await entered.next()
        let kept = (0..<15).map { _ in thread.call { made.change { $0 += 1 } } }
        #expect(kept == Array(repeating: true, count: 10) + Array(repeating: false, count: 5))
        #expect(thread.droppedCalls == 5)
        await thread.flush(within: .milliseconds(5))
        #expect(made.value == 0)
        gate.open()
        await thread.flush(within: .seconds(30))
        #expect(made.value == 10)
        #expect(thread.call {})
    }
}
