import NIOCore
import Testing

@testable import Martlet

@Suite struct AcceptFailuresTests {
    @Test("M7: The first failure is told at once, those of a second together")
    func reports() {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        var failures = AcceptFailures()
        let counts = [0, 50, 100, 999, 1_000, 1_001, 2_500].map { failures.failed(at: start + .milliseconds($0)) }
        #expect(counts == [1, nil, nil, nil, 4, nil, 2])
    }
}
