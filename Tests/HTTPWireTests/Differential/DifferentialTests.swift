import HTTPTypes
import HTTPWire
import NIOCore
import NIOHTTP1
import TestProcesses
import Testing

/// Compares what this parser and NIOHTTP1's make of the same bytes. Differences are how requests are smuggled past a
/// proxy, so each has to be one that is wanted: see `AcceptedDifference`.
@Suite(.calculation) struct DifferentialTests {
    static let corpus = (WellFormedRequests.all.map(\.bytes) + MalformedRequests.all.map(\.bytes))
        .filter { $0.count < 2_000 }

    @Test func `the tables`() {
        var used: Set<AcceptedDifference> = []
        for bytes in Self.corpus { compare(bytes, &used) }
        // A rule that explains nothing in the tables has no example, or no reason to be.
        #expect(used == Set(AcceptedDifference.allCases))
    }

    @Test(arguments: 0..<8)
    func `mutations of them`(_ part: Int) {
        var generator = SeededGenerator(seed: 0x4D41_5254_4C45_5400 + UInt64(part))
        var used: Set<AcceptedDifference> = []
        for _ in 0..<1_500 {
            compare(generator.mutate(Self.corpus.randomElement(using: &generator) ?? [], with: Self.corpus), &used)
        }
    }

    private func compare(_ bytes: [UInt8], _ used: inout Set<AcceptedDifference>) {
        let ours = HeadOutcome.request([bytes[...]])
        let peer = PeerOutcome(bytes)
        switch AcceptedDifference.verdict(ours, peer, bytes) {
        case .agreed:
            break
        case .accepted(let difference):
            used.insert(difference)
        case .unexplained:
            Issue.record("\(ours) here, \(peer) there, for \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
    }
}
