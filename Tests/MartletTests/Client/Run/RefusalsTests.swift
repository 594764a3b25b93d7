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

    @Test("C10: what arrives while a refused request waits is progress, on the same connection")
    func progress() {
        final class Connection {}
        let (first, second) = (Connection(), Connection())
        var refusals = Refusals()
        #expect(refusals.arrivals(on: ObjectIdentifier(first)) == nil)
        refusals.came(on: ObjectIdentifier(first), arrivals: 7)
        #expect(refusals.arrivals(on: ObjectIdentifier(first)) == 7)
        #expect(refusals.arrivals(on: ObjectIdentifier(second)) == nil)
        refusals.came(on: ObjectIdentifier(second), arrivals: 3)
        #expect(refusals.arrivals(on: ObjectIdentifier(first)) == nil)
        #expect(refusals.arrivals(on: ObjectIdentifier(second)) == 3)
        withExtendedLifetime((first, second)) {}
    }
}
