import HTTPTypes

@testable import MartletWeb

/// A pattern that is compared with paths in the simplest way.
struct NaivePattern: Hashable {
    let parts: [String]
    let isMount: Bool

    var text: String { parts.isEmpty ? "/" : parts.map { "/" + $0 }.joined() }

    /// What is captured of a path, whose segments these are; nil if the pattern does not match.
    func match(_ segments: [String]) -> [String]? {
        Self.match(parts[...], segments[...], isMount: isMount)
    }

    private static func match(
        _ parts: ArraySlice<String>,
        _ segments: ArraySlice<String>,
        isMount: Bool
    ) -> [String]? {
        guard let part = parts.first else { return isMount || segments.isEmpty ? [] : nil }
        guard let segment = segments.first else { return nil }
        if part.hasSuffix("...}") { return [segments.joined(separator: "/")] }
        let isCapture = part.hasPrefix("{")
        guard isCapture ? !segment.isEmpty : part == segment else { return nil }
        return match(parts.dropFirst(), segments.dropFirst(), isMount: isMount)
            .map { isCapture ? [segment] + $0 : $0 }
    }

    /// Patterns of up to three segments, with every ending.
    static let all: [NaivePattern] = {
        var heads: [[String]] = [[]]
        var all: [NaivePattern] = []
        for length in 0...3 {
            for head in heads {
                if length > 0 { all.append(NaivePattern(parts: head, isMount: false)) }
                all.append(NaivePattern(parts: head + [""], isMount: false))
                all.append(NaivePattern(parts: head + ["{rest...}"], isMount: false))
                all.append(NaivePattern(parts: head, isMount: true))
            }
            heads = heads.flatMap { head in ["a", "b", "{x\(length)}"].map { head + [$0] } }
        }
        return all
    }()
}

/// Some of all paths: those of up to four segments, among which are empty ones and one that no pattern has.
struct PathSet: Hashable {
    static let paths: [[String]] = (0..<4).reduce(into: [[]]) { paths, length in
        paths += paths.filter { $0.count == length }.flatMap { path in ["", "a", "b", "c"].map { path + [$0] } }
    }

    private let members: [Bool]

    /// The paths that a pattern matches.
    init(_ pattern: NaivePattern) {
        members = Self.paths.map { pattern.match($0) != nil }
    }

    func relation(to other: PathSet) -> RoutePattern.Relation {
        var (onlyHere, both, onlyThere) = (false, false, false)
        for (here, there) in zip(members, other.members) {
            if here, there { both = true } else if here { onlyHere = true } else if there { onlyThere = true }
        }
        switch (both, onlyHere, onlyThere) {
        case (false, _, _): return .disjoint
        case (true, false, false): return .equivalent
        case (true, false, true): return .moreSpecific
        case (true, true, false): return .moreGeneral
        case (true, true, true): return .overlapping
        }
    }
}

/// A pattern with a method, and what can be known of it without the code that is tested.
struct NaiveRoute: Hashable {
    let pattern: NaivePattern
    let method: HTTPRequest.Method?

    func matches(_ method: HTTPRequest.Method) -> Bool {
        self.method == nil || self.method == method || self.method == .get && method == .head
    }

    /// Whether all methods of this route are methods of the other one too.
    func hasMethods(within other: NaiveRoute) -> Bool {
        [HTTPRequest.Method.get, .head, .post, .put].allSatisfy { !matches($0) || other.matches($0) }
    }

    func isDisjoint(from other: NaiveRoute) -> Bool {
        [HTTPRequest.Method.get, .head, .post, .put].allSatisfy { !matches($0) || !other.matches($0) }
    }
}
