import Testing

@testable import Martlet

/// How often a request is sent again after a server has refused it, told without a connection.
@Suite struct RefusalsTests {
    @Test("C10: refusals count where the server gets nothing else done")
    func counting() {
        var refusals = Refusals()
        func add(amidProgress: Bool) -> Bool { refusals.add(amidProgress: amidProgress, limit: 2) }
        for _ in 0..<1_000 { #expect(add(amidProgress: true)) }
        #expect(add(amidProgress: false))
        #expect(add(amidProgress: true))
        #expect(add(amidProgress: false))
        #expect(add(amidProgress: false))
        #expect(!add(amidProgress: false))
        #expect(refusals.count == 1_004 && refusals.countInVain == 2)
    }
}
