import HTTPTypes
import HTTPWire
import Martlet

/// The routes of a router, parsed and checked.
struct RouteTable: Sendable {
    struct Entry: Sendable {
        let registration: Router.Registration
        let pattern: RoutePattern
    }

    /// The routes whose patterns could be parsed.
    private(set) var entries: [Entry] = []
    private(set) var tree = RouteTree()
    /// The faults of the routes, in their order.
    private(set) var faults: [RouterError.Fault] = []

    init(_ registrations: [Router.Registration]) {
        for registration in registrations {
            checkHandler(of: registration)
            add(registration)
        }
    }

    private mutating func checkHandler(of registration: Router.Registration) {
        do {
            try registration.validate()
        } catch let error as RouterError {
            faults += error.faults
        } catch {
            faults.append(.invalidHandler(registration.place, reason: "\(error)"))
        }
    }

    private mutating func add(_ registration: Router.Registration) {
        let (route, place) = (registration.route, registration.place)
        let pattern: RoutePattern
        do throws(RoutePattern.Defect) {
            pattern = try RoutePattern(route.pattern, isMount: route.isMount)
        } catch {
            faults.append(.invalidPattern(place, reason: "\(error)"))
            return
        }
        if let types = registration.typeCount, types != pattern.names.count {
            faults.append(.wrongTypeCount(place, captures: pattern.names.count, types: types))
        }
        let entry = Entry(registration: registration, pattern: pattern)
        faults += tree.candidates(for: pattern).sorted().compactMap { entries[$0].fault(with: entry) }
        tree.add(pattern, route.method, entries.count)
        entries.append(entry)
    }
}

extension RouteTable.Entry {
    /// Why the two can't both be routes; nil if no request matches both, or one of them is more specific.
    fileprivate func fault(with other: RouteTable.Entry) -> RouterError.Fault? {
        let (own, others) = (registration.route.method, other.registration.route.method)
        guard Self.isWithin(own, others) || Self.isWithin(others, own) else { return nil }
        let (first, second) = (registration.place, other.registration.place)
        let isResolved =
            switch pattern.relation(to: other.pattern) {
            case .disjoint: true
            case .equivalent where own == others: false
            case .equivalent: true
            case .moreSpecific: Self.isWithin(own, others)
            case .moreGeneral: Self.isWithin(others, own)
            case .overlapping: false
            }
        guard !isResolved else { return nil }
        guard pattern.relation(to: other.pattern) == .equivalent else {
            return .conflict(first, second, example: pattern.commonPath(with: other.pattern))
        }
        return .duplicate(first, second)
    }

    private static func isWithin(_ method: HTTPRequest.Method?, _ other: HTTPRequest.Method?) -> Bool {
        guard let other else { return true }
        return method?.isWithin(other) ?? false
    }
}
