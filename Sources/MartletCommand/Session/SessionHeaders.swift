import HTTPTypes

/// The header fields that a session keeps, and their file: a line for each, as `--header` takes it.
///
/// A plain value: text in, fields out.
struct SessionHeaders: Equatable, Sendable {
    private(set) var headers: [HeaderArgument] = []

    init() {}

    /// Reads the text of a file.
    init(_ text: String, path: String) throws(CommandFailure) {
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            if line.isEmpty { continue }
            guard let header = HeaderArgument(argument: String(line)), header.value != nil else {
                throw CommandFailure(
                    .fileError,
                    "\(path), line \(index + 1): This is not “Name: value”. Correct it, or remove the file."
                )
            }
            headers.append(header)
        }
    }

    /// The text of the file.
    var text: String { headers.map { "\($0.argument)\n" }.joined() }

    /// The fields of a request: those of the session, unless the command line has others of these names.
    ///
    /// - Parameter dropsAuthorization: Whether the command line has credentials of its own.
    func merged(with own: [HeaderArgument], dropsAuthorization: Bool) -> [HeaderArgument] {
        let names = Set(own.map(\.name))
        return headers.filter { !names.contains($0.name) && !(dropsAuthorization && $0.name == .authorization) } + own
    }

    /// Keeps the fields of the command line, in place of those of the same names, and an authorization.
    mutating func keep(_ own: [HeaderArgument], authorization: String?) {
        var new = own.filter { Self.isKept($0.name) }
        if let authorization, !new.contains(where: { $0.name == .authorization }) {
            new.append(HeaderArgument(name: .authorization, value: authorization))
        }
        headers = merged(with: new, dropsAuthorization: false).filter { $0.value != nil }
    }

    /// Whether a field is kept: it is about the user, and not about one request.
    static func isKept(_ name: HTTPField.Name) -> Bool {
        let name = name.canonicalName
        let single: Set<String> = ["host", "range", "expect", "te", "connection", "upgrade", "transfer-encoding"]
        return !name.hasPrefix("content-") && !name.hasPrefix("if-") && !single.contains(name)
    }
}
