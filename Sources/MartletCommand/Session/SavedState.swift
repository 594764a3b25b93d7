import CLibrary
import HTTPWire
import Martlet

/// The cookies and header fields that outlast a run: those of `--cookie-jar` or of `--session`.
struct SavedState: Sendable {
    /// Longer than the file of all fields of a command line.
    private static let maximumHeaderBytes = 4 * 1_048_576

    let cookies: CookieJar?
    let headers: SessionHeaders
    /// The paths of the files, and the directory of a session; nil if there are none.
    private let cookiePath: String?
    private let headerPath: String?
    private let directory: String?

    /// The state of a file of cookies, or none.
    init(cookieJar path: String?) async throws {
        cookies = if let path { try await CookieJar(contentsOf: path) } else { nil }
        headers = SessionHeaders()
        (cookiePath, headerPath, directory) = (path, nil, nil)
    }

    /// The state of a session with the server of a URL.
    init(session name: SessionName, for url: HTTPURL) async throws {
        let directory = try "\(UserDirectory.state())/martlet/sessions/\(Self.directoryName(for: url))"
        let (cookiePath, headerPath) = ("\(directory)/\(name.text).cookies", "\(directory)/\(name.text).headers")
        cookies = try await CookieJar(contentsOf: cookiePath)
        let bytes = try DurableFile.contents(of: headerPath, upTo: Self.maximumHeaderBytes) ?? []
        headers = try SessionHeaders(String(decoding: bytes, as: UTF8.self), path: headerPath)
        (self.cookiePath, self.headerPath, self.directory) = (cookiePath, headerPath, directory)
    }

    /// Whether the state is that of a session, which is for one server only.
    var isSession: Bool { directory != nil }

    /// Writes the cookies, and these header fields if they are others than before. Only the user can read the files.
    func save(_ headers: SessionHeaders) async throws {
        guard let cookiePath else { return }
        if let directory { try UserDirectory.make(directory) }
        // Without session cookies the next command would begin another session.
        try await cookies?.save(to: cookiePath, includingSessionCookies: true)
        guard let headerPath, headers != self.headers else { return }
        try DurableFile.replace(headerPath, with: Array(headers.text.utf8))
    }

    /// The name of the directory for the sessions with a server: scheme, host and port.
    static func directoryName(for url: HTTPURL) -> String {
        "\(url.serverScheme)_\(PercentEncoding.encode(url.host, as: .pathSegment))_\(url.effectivePort)"
    }
}
