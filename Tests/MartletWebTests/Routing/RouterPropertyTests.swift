import HTTPTypes
import Martlet
import TestProcesses
import Testing

@testable import MartletWeb

/// Random sets of routes, beside a matcher that compares each pattern with each path.
@Suite("Routes, beside a naive matcher", .timeLimit(.minutes(5)))
struct RouterPropertyTests {
    private static let methods: [HTTPRequest.Method?] = [.get, .head, .post, .put, nil]
    private static let relations: [[RoutePattern.Relation]] = {
        let sets = NaivePattern.all.map(PathSet.init)
        return sets.map { set in sets.map(set.relation) }
    }()

    /// How the patterns of two routes relate, and whether the routes can be in one router.
    private static func areCompatible(_ first: (Int, NaiveRoute), _ second: (Int, NaiveRoute)) -> Bool {
        guard !first.1.isDisjoint(from: second.1) else { return true }
        let (here, there) = (first.1.hasMethods(within: second.1), second.1.hasMethods(within: first.1))
        switch relations[first.0][second.0] {
        case .disjoint: return true
        case .equivalent: return here != there
        case .moreSpecific: return here
        case .moreGeneral: return there
        case .overlapping: return false
        }
    }

    private static func table(_ routes: [NaiveRoute]) -> RouteTable {
        var router = Router()
        for route in routes {
            switch (route.method, route.pattern.isMount) {
            case (_, true): router.mount(route.pattern.text, NoAnswer())
            case (nil, false): router.any(route.pattern.text) { _ in }
            case (let method?, false): router.on(method, route.pattern.text) { _ in }
            }
        }
        return RouteTable(router.registrations)
    }

    private struct NoAnswer: RequestHandler {
        func handle(_ request: HTTPServerRequest) async throws {}
    }

    @Test("patterns relate as their paths do, in both directions")
    func relations() throws {
        let all = NaivePattern.all
        let patterns = try all.map { try RoutePattern($0.text, isMount: $0.isMount) }
        for (row, first) in patterns.enumerated() {
            for (column, second) in patterns.enumerated() {
                let relation = first.relation(to: second)
                #expect(relation == Self.relations[row][column], "\(first.text) and \(second.text)")
                guard relation != .disjoint else { continue }
                let segments = first.commonPath(with: second).split(separator: "/", omittingEmptySubsequences: false)
                    .dropFirst().map(String.init)
                #expect(all[row].match(segments) != nil, "\(first.text) and \(second.text)")
                #expect(all[column].match(segments) != nil, "\(first.text) and \(second.text)")
            }
        }
    }

    @Test("100,000 requests find the same route as there", arguments: 0..<4)
    func lookup(part: Int) throws {
        var generator = SeededGenerator(seed: UInt64(part))
        for _ in 0..<500 {
            let set = Self.randomSet(&generator)
            let table = Self.table(set.map(\.1))
            try #require(table.faults.isEmpty)
            for _ in 0..<50 {
                let path = PathSet.paths.randomElement(using: &generator) ?? []
                let method = Self.methods.compactMap(\.self).randomElement(using: &generator) ?? .get
                let text = path.map { "/" + Self.spelled($0, &generator) }.joined()
                let found = try table.tree.route(for: method, at: text.utf8.span)
                #expect(found == Self.mostSpecific(set, method, path), "\(method) \(text) in \(set.map(\.1))")
                if let found {
                    let pattern = table.entries[found].pattern
                    #expect(try pattern.values(in: text.utf8.span) == set[found].1.pattern.match(path))
                }
            }
        }
    }

    @Test("conflicts are found in either order", arguments: 0..<4)
    func conflicts(part: Int) {
        var generator = SeededGenerator(seed: 100 + UInt64(part))
        for _ in 0..<500 {
            let set = (0..<6).map { _ in Self.randomRoute(&generator) }
            let pairs = set.indices.flatMap { second in set.indices.prefix(second).map { ($0, second) } }
            let expected = pairs.count { !Self.areCompatible(set[$0], set[$1]) }
            let forwards = Self.table(set.map(\.1)).faults
            let backwards = Self.table(set.map(\.1).reversed()).faults
            #expect(forwards.count == expected, "\(set.map(\.1))")
            #expect(Set(forwards.map(Self.unordered)) == Set(backwards.map(Self.unordered)))
        }
    }

    // MARK: Random routes

    private static func randomRoute(_ generator: inout SeededGenerator) -> (Int, NaiveRoute) {
        let index = Int.random(in: 0..<NaivePattern.all.count, using: &generator)
        let pattern = NaivePattern.all[index]
        let method = pattern.isMount ? nil : methods[Int.random(in: 0..<methods.count, using: &generator)]
        return (index, NaiveRoute(pattern: pattern, method: method))
    }

    /// Routes that can be in one router.
    private static func randomSet(_ generator: inout SeededGenerator) -> [(Int, NaiveRoute)] {
        var set: [(Int, NaiveRoute)] = []
        for _ in 0..<Int.random(in: 1...16, using: &generator) {
            let route = randomRoute(&generator)
            if set.allSatisfy({ areCompatible($0, route) }) { set.append(route) }
        }
        return set
    }

    /// A segment as some client may write it.
    private static func spelled(_ segment: String, _ generator: inout SeededGenerator) -> String {
        guard let byte = segment.utf8.first, Int.random(in: 0..<4, using: &generator) == 0 else { return segment }
        return "%" + String(byte, radix: 16)
    }

    /// The route that all others that match are more general than.
    private static func mostSpecific(
        _ set: [(Int, NaiveRoute)],
        _ method: HTTPRequest.Method,
        _ path: [String]
    ) -> Int? {
        let matching = set.indices.filter { set[$0].1.matches(method) && set[$0].1.pattern.match(path) != nil }
        return matching.first { candidate in
            matching.allSatisfy { other in
                let relation = relations[set[candidate].0][set[other].0]
                return (relation == .equivalent || relation == .moreSpecific)
                    && set[candidate].1.hasMethods(within: set[other].1)
            }
        }
    }

    /// A fault without regard to which of its routes comes first.
    private static func unordered(_ fault: RouterError.Fault) -> Set<String> {
        switch fault {
        case .duplicate(let first, let second), .conflict(let first, let second, example: _):
            [first.route.methodText + first.route.pattern, second.route.methodText + second.route.pattern]
        default: []
        }
    }
}
