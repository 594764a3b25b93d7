import HTTPTypes
import HTTPWire

/// The route that a router has chosen for a request. One without captures is made once for all its requests.
package final class MatchedRoute: Sendable {
    /// The pattern, below the one at which the router is mounted.
    private let ownPattern: String
    private let names: [String]
    /// The texts that the pattern's captures stand for in the path, decoded; as many as there are names.
    package let values: [String]
    /// How many bytes of the path have led to the handler that is mounted with this route; nil for other routes.
    package let mountLength: Int?
    /// The route with which the router itself is mounted.
    private let outer: MatchedRoute?

    package init(
        _ pattern: String,
        names: [String] = [],
        values: [String] = [],
        mountLength: Int? = nil,
        outer: MatchedRoute? = nil
    ) {
        ownPattern = pattern
        self.names = names
        self.values = values
        self.mountLength = mountLength
        self.outer = outer
    }

    /// The whole pattern, beginning with those at which the router is mounted.
    package var pattern: String {
        guard let outer else { return ownPattern }
        let prefix = outer.pattern
        return prefix == "/" ? ownPattern : prefix + ownPattern
    }

    /// The text that a capture stands for; nil if there is none of that name. Those of this router come first.
    package func value(of name: String) -> String? {
        guard let index = names.firstIndex(of: name), index < values.count else { return outer?.value(of: name) }
        return values[index]
    }

    /// The route with which a handler was mounted that so many bytes of the path have led to: this one, or one that it
    /// is below.
    package func mount(of length: Int) -> MatchedRoute? {
        mountLength == length ? self : outer?.mount(of: length)
    }
}

/// The facts that routers need about requests, and leave for others.
extension HTTPServerRequest {
    /// The route that the innermost router has chosen; nil before.
    package var matchedRoute: MatchedRoute? {
        get { exchange.route }
        nonmutating set { exchange.route = newValue }
    }

    /// The method by which to choose a route. A WebSocket over HTTP/2 (RFC 8441) counts as GET, its method in HTTP/1.1.
    package var routingMethod: HTTPRequest.Method {
        method == .connect && exchange.head.connectProtocol != nil ? .get : method
    }

    /// The same request for a handler that is mounted below so many bytes of the path.
    package func mounted(below length: Int) -> HTTPServerRequest {
        var request = self
        request.mountLength = length
        return request
    }

    /// Calls `body` with the bytes of the path that follow the mounted prefix, without creating a String.
    package func withPathBytes<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try exchange.head.withPathBytes { (path) throws(Failure) in
            try body(path.extracting(droppingFirst: min(mountLength, path.count)))
        }
    }
}
