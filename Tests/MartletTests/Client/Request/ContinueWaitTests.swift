import NIOCore
import NIOPosix
import Testing

@testable import Martlet

/// The wait for 100 (Continue).
@Suite struct ContinueWaitTests {
    @Test("It ends once, and takes its timer with it")
    func end() async {
        let timer = MultiThreadedEventLoopGroup.singleton.next().scheduleTask(in: .hours(1)) {}
        var wait = ContinueWait()
        #expect(!wait.isPending)
        wait.end()
        wait.begin(until: timer)
        #expect(wait.isPending)
        wait.end()
        #expect(!wait.isPending)
        await #expect(throws: EventLoopError.cancelled) { try await timer.futureResult.get() }
    }
}
