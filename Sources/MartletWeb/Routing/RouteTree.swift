import HTTPTypes
import HTTPWire

/// The routes of a router, by the segments of their patterns: how the one for a request is found.
///
/// Paths are walked as they were sent; only a segment with a `%` is decoded. A walk tries literal segments before
/// captures, and captures before the rest, so it meets more specific patterns first. It takes as long as the path and
/// the patterns that it could match are, however many routes there are.
struct RouteTree: Sendable {
    /// A place in the tree: what begins with the segments that lead here.
    private struct Node {
        /// The places behind literal segments.
        var literals = SegmentTable()
        /// The place behind a capture.
        var capture: Int?
        /// The routes of paths that end here.
        var ends: [Endpoint] = []
        /// The routes of paths that go on from here.
        var rests: [Endpoint] = []
    }

    /// A route at the place where its pattern ends.
    struct Endpoint: Sendable, Hashable {
        /// Nil for any.
        let method: HTTPRequest.Method?
        let route: Int
        fileprivate let isMount: Bool
    }

    private var nodes = [Node()]

    /// The route of a request: the one whose pattern is the most specific among those with its method; nil if there is
    /// none. HEAD is also the method of routes for GET.
    ///
    /// - Throws: For an escape without two hexadecimal digits.
    func route(
        for method: HTTPRequest.Method,
        at path: Span<UInt8>
    ) throws(PercentEncoding.DecodingError) -> Int? {
        var found: Int?
        _ = try walk(path) { endpoints in
            found = Self.route(for: method, among: endpoints)
            return found != nil
        }
        return found
    }

    /// The methods that any of the routes has.
    var methods: [HTTPRequest.Method] {
        Array(Set(nodes.flatMap { ($0.ends + $0.rests).compactMap(\.method) }))
    }

    /// The routes for any method whose patterns match a path, those of more specific patterns first.
    func endpoints(at path: Span<UInt8>) throws(PercentEncoding.DecodingError) -> [Endpoint] {
        var found: [Endpoint] = []
        _ = try walk(path) { endpoints in
            found += endpoints
            return false
        }
        return found
    }

    private static func route(for method: HTTPRequest.Method, among endpoints: [Endpoint]) -> Int? {
        var (get, any): (Int?, Int?)
        for endpoint in endpoints {
            guard let own = endpoint.method else {
                // Mounted handlers are last.
                if any == nil { any = endpoint.route }
                continue
            }
            if own == method { return endpoint.route }
            if own == .get { get = endpoint.route }
        }
        return (method == .head ? get : nil) ?? any
    }

    /// Visits the routes of all patterns that match a path, until `visit` returns true.
    ///
    /// - Returns: Whether it did.
    private func walk(
        _ path: Span<UInt8>,
        _ visit: ([Endpoint]) -> Bool
    ) throws(PercentEncoding.DecodingError) -> Bool {
        guard path.isEmpty || path[0] == 0x2F else { return false }
        return try walk(path, from: 0, node: 0, visit)
    }

    /// - Parameter start: Where the slash of the next segment is; the end of the path if there is none.
    private func walk(
        _ path: Span<UInt8>,
        from start: Int,
        node: Int,
        _ visit: ([Endpoint]) -> Bool
    ) throws(PercentEncoding.DecodingError) -> Bool {
        guard start < path.count else { return visit(nodes[node].ends) }
        var end = start + 1
        var hasEscape = false
        while end < path.count, path[end] != 0x2F {
            if path[end] == 0x25 { hasEscape = true }
            end += 1
        }
        let segment = path.extracting(start + 1..<end)
        let literal: Int?
        if hasEscape {
            let decoded = try PercentEncoding.decodeBytes(segment, plusIsSpace: false)
            literal = nodes[node].literals.value(of: decoded.span)
        } else {
            literal = nodes[node].literals.value(of: segment)
        }
        if let literal, try walk(path, from: end, node: literal, visit) { return true }
        if !segment.isEmpty, let capture = nodes[node].capture, try walk(path, from: end, node: capture, visit) {
            return true
        }
        return visit(nodes[node].rests)
    }
}

extension RouteTree {
    /// Adds a route.
    mutating func add(_ pattern: RoutePattern, _ method: HTTPRequest.Method?, _ route: Int) {
        var node = 0
        for segment in pattern.segments { node = addNode(segment, to: node) }
        let endpoint = Endpoint(method: method, route: route, isMount: pattern.ending == .anything)
        if pattern.ending != .rest { nodes[node].ends.add(endpoint) }
        if pattern.ending != .nothing { nodes[node].rests.add(endpoint) }
    }

    private mutating func addNode(_ segment: RoutePattern.Segment, to parent: Int) -> Int {
        switch segment {
        case .literal(let bytes):
            if let node = nodes[parent].literals.value(of: bytes.span) { return node }
            nodes[parent].literals.add(bytes, nodes.count)
        case .capture:
            if let node = nodes[parent].capture { return node }
            nodes[parent].capture = nodes.count
        }
        nodes.append(Node())
        return nodes.count - 1
    }

    /// The routes whose patterns may match some path that this pattern matches: all that do, and few others.
    func candidates(for pattern: RoutePattern) -> Set<Int> {
        var found: Set<Int> = []
        collect(pattern, pattern.segments[...], from: 0, into: &found)
        return found
    }

    private func collect(
        _ pattern: RoutePattern,
        _ segments: ArraySlice<RoutePattern.Segment>,
        from number: Int,
        into found: inout Set<Int>
    ) {
        let node = nodes[number]
        found.formUnion(node.rests.map(\.route))
        guard let segment = segments.first else {
            found.formUnion(node.ends.map(\.route))
            if pattern.ending != .nothing { collectAll(below: node, into: &found) }
            return
        }
        let rest = segments.dropFirst()
        switch segment {
        case .literal(let bytes):
            if let next = node.literals.value(of: bytes.span) { collect(pattern, rest, from: next, into: &found) }
        case .capture:
            for next in node.literals.values { collect(pattern, rest, from: next, into: &found) }
        }
        if let next = node.capture { collect(pattern, rest, from: next, into: &found) }
    }

    private func collectAll(below node: Node, into found: inout Set<Int>) {
        for number in node.literals.values + (node.capture.map { [$0] } ?? []) {
            let next = nodes[number]
            found.formUnion((next.ends + next.rests).map(\.route))
            collectAll(below: next, into: &found)
        }
    }
}

extension [RouteTree.Endpoint] {
    /// Adds an endpoint; mounted handlers are last, since any other pattern at the same place is more specific.
    fileprivate mutating func add(_ endpoint: RouteTree.Endpoint) {
        insert(endpoint, at: endpoint.isMount ? endIndex : firstIndex(where: \.isMount) ?? endIndex)
    }
}
