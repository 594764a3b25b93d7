import ArgumentParser
import HTTPTypes

/// A header field that the server adds to its responses: `Name: value`.
struct ResponseFieldArgument: ExpressibleByArgument, Equatable {
    let field: HTTPField

    init?(argument: String) {
        guard let argument = HeaderArgument(argument: argument), let value = argument.value else { return nil }
        field = HTTPField(name: argument.name, value: value)
    }

    /// Fields that the server writes itself: another value would be wrong for some files.
    private static let ownFields: Set<String> = [
        "accept-ranges", "age", "alt-svc", "connection", "content-disposition", "content-encoding", "content-length",
        "content-range", "content-type", "date", "etag", "keep-alive", "last-modified", "location",
        "proxy-authenticate", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "vary",
        "www-authenticate",
    ]

    /// Why the field can't be added; nil if it can.
    ///
    /// - Parameter cors: Whether the fields of CORS are the server's.
    func fault(cors: Bool) -> String? {
        let name = field.name.canonicalName
        if name == "cache-control" { return "--header: use --cache for Cache-Control." }
        if cors, name.hasPrefix("access-control-") { return "--header: \(field.name) is one of the fields of --cors." }
        if Self.ownFields.contains(name) { return "--header: \(field.name) is written by the server itself." }
        return nil
    }
}
