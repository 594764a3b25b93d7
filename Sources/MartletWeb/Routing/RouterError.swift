import HTTPTypes

/// A fault of the routes of a ``Router``. It is thrown before a server begins to serve.
///
/// ```
/// GET "/notes/{id}" (App/Notes.swift:12) and GET "/{kind}/new" (App/Notes.swift:14) both match "/notes/new", and
/// neither is more specific.
/// ```
public struct RouterError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Everything that is wrong.
    public let faults: [Fault]

    /// A route, and the place in the program that adds it.
    public struct Place: Sendable, Hashable, CustomStringConvertible {
        /// The route.
        public let route: Router.Route
        /// The file, as `#fileID` has it.
        public let fileID: String
        /// The line.
        public let line: Int

        /// `GET "/notes/{id}" (App/Notes.swift:12)`
        public var description: String {
            "\(route.methodText) \(route.pattern.debugDescription) (\(fileID):\(line))"
        }
    }

    /// One thing that is wrong.
    public enum Fault: Sendable, Hashable, CustomStringConvertible {
        /// The pattern can't be parsed.
        case invalidPattern(Place, reason: String)
        /// The handler takes another number of values than the pattern captures.
        case wrongTypeCount(Place, captures: Int, types: Int)
        /// Two routes match the same requests.
        case duplicate(Place, Place)
        /// Some requests match both routes, and neither is more specific: each also matches others, or has a more
        /// general method.
        case conflict(Place, Place, example: String)
        /// The handler of the route is not valid.
        case invalidHandler(Place, reason: String)

        /// The fault, as a sentence.
        public var description: String {
            switch self {
            case .invalidPattern(let place, let reason), .invalidHandler(let place, let reason): "\(place): \(reason)."
            case .wrongTypeCount(let place, let captures, let types):
                "\(place): the pattern captures \(Self.count(captures, "value")), but there \(Self.isAre(types, "type"))."
            case .duplicate(let first, let second): "\(first) and \(second) match the same requests."
            case .conflict(let first, let second, let example):
                "\(first) and \(second) both match \(example.debugDescription), and neither is more specific."
            }
        }

        private static func count(_ number: Int, _ noun: String) -> String {
            number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
        }

        private static func isAre(_ number: Int, _ noun: String) -> String {
            (number == 1 ? "is " : "are ") + count(number, noun)
        }
    }

    /// A sentence for each fault, each on a line.
    public var description: String {
        faults.map(\.description).joined(separator: "\n")
    }
}
