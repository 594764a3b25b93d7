import ArgumentParser
import HTTPTypes
import HTTPWire
import Martlet

/// The options for the connection to the server.
struct ConnectionOptions: ParsableArguments, Sendable {
    @Flag(name: [.customShort("L"), .long], help: "Follow redirects.")
    var follow = false

    @Option(help: ArgumentHelp("How many redirects to follow.", valueName: "count"))
    var maxRedirects = 5

    @Option(
        name: .shortAndLong,
        parsing: .unconditional,
        help: ArgumentHelp(
            "User name and password, sent unasked (Basic). Prompts for a missing password.",
            valueName: "name:password"
        )
    )
    var user: UserArgument?

    @Flag(help: "Don't send the password itself, but a hash with the server's challenge (Digest).")
    var digest = false

    @Option(help: ArgumentHelp("Send this token (Bearer).", valueName: "token"))
    var bearer: String?

    @Flag(help: "Take the name and the password of the URL's host from ~/.netrc.")
    var netrc = false

    @Option(help: ArgumentHelp("The same, from this file. No one else may be able to read it.", valueName: "file"))
    var netrcFile: String?

    @Option(
        name: [.customShort("x"), .long],
        parsing: .unconditional,
        help: ArgumentHelp(
            "Use this proxy, http://[name:password@]host:port, instead of those of the environment; \"\" for none.",
            valueName: "url"
        )
    )
    var proxy: String?

    @Flag(help: "Use a tunnel through the proxy (CONNECT) for http too.")
    var tunnel = false

    @Option(help: ArgumentHelp("Connect to this Unix-domain socket instead of the URL's host.", valueName: "path"))
    var unixSocket: String?

    @Option(
        help: ArgumentHelp(
            "Connect to this address for this host and port. Can be repeated.",
            valueName: "host:port:address"
        )
    )
    var resolve: [ResolveArgument] = []

    @Flag(exclusivity: .exclusive)
    var version: VersionFlag?

    @OptionGroup var security: SecurityOptions

    @Option(
        help: ArgumentHelp("How many seconds the whole request may take. No limit by default.", valueName: "seconds")
    )
    var timeout: SecondsArgument?

    @Option(help: ArgumentHelp("How many seconds connecting may take. 10 by default.", valueName: "seconds"))
    var connectTimeout: SecondsArgument?

    @Option(help: ArgumentHelp("How many seconds the server may be silent. 60 by default.", valueName: "seconds"))
    var readTimeout: SecondsArgument?

    @Option(
        help: ArgumentHelp(
            "Read cookies from this file and write them back to it, in Martlet's own format.",
            valueName: "file"
        )
    )
    var cookieJar: String?

    @Option(
        help: ArgumentHelp(
            "Keep cookies, header fields and credentials for the next runs with the same server, under this name.",
            valueName: "name"
        )
    )
    var session: SessionName?

    @Flag(help: "Use what --session has kept, and leave it unchanged.")
    var sessionReadOnly = false

    @Flag(inversion: .prefixedNo, help: "Request compressed content and decompress it.")
    var compressed = true

    func validate() throws {
        if maxRedirects < 0 { throw ValidationError("--max-redirects can't be negative.") }
        if user != nil, bearer != nil { throw ValidationError("Use only one of --user and --bearer.") }
        if netrc, netrcFile != nil { throw ValidationError("Use only one of --netrc and --netrc-file.") }
        if usesNetrc, bearer != nil { throw ValidationError("Use only one of --netrc and --bearer.") }
        if digest, user == nil, !usesNetrc { throw ValidationError("--digest needs --user or --netrc.") }
        if session != nil, cookieJar != nil { throw ValidationError("Use only one of --session and --cookie-jar.") }
        if sessionReadOnly, session == nil { throw ValidationError("--session-read-only needs --session.") }
        if tunnel, unixSocket != nil { throw ValidationError("Use only one of --tunnel and --unix-socket.") }
        if !resolve.isEmpty, unixSocket != nil { throw ValidationError("Use only one of --resolve and --unix-socket.") }
        if let path = unixSocket, path.utf8.count > 100 || path.isEmpty {
            throw ValidationError("The path of a Unix-domain socket must have 1 to 100 bytes.")
        }
    }

    /// The client's configuration.
    func configuration(cookies: CookieJar?) throws -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.userAgent = "martlet/\(MartletTool.version)"
        configuration.followsRedirects = follow
        configuration.maximumRedirects = maxRedirects
        configuration.decompresses = compressed
        configuration.totalTimeout = timeout?.duration
        if let connectTimeout { configuration.connectionTimeout = connectTimeout.duration }
        if let readTimeout { configuration.readTimeout = readTimeout.duration }
        configuration.cookieJar = cookies
        configuration.tunnelsHTTP = tunnel
        if let version { configuration.http2 = version.setting }
        security.apply(to: &configuration)
        if !resolve.isEmpty {
            let addresses = resolve
            configuration.connectionFactory = { destination in
                // A proxy looks the names up itself.
                if let host = destination.proxyHost { return .host(host, port: destination.proxyPort ?? 80) }
                let entry = addresses.last {
                    $0.port == destination.port && $0.host == destination.host.lowercased()
                }
                return .host(entry?.address ?? destination.host, port: destination.port)
            }
        }
        if let path = unixSocket {
            configuration.connectionFactory = { _ in .unix(path: path) }
            configuration.findProxy = { _ in .direct }
        } else if let proxy {
            let routes = ProxyList(routes: [try Self.route(proxy)])
            configuration.findProxy = { _ in routes }
        }
        return configuration
    }

    /// The cookies and header fields of earlier runs with the server of a URL.
    func savedState(for url: HTTPURL) async throws -> SavedState {
        if let session { return try await SavedState(session: session, for: url) }
        return try await SavedState(cookieJar: cookieJar)
    }

    /// Whether there are credentials that take the place of those of a session.
    var hasOwnCredentials: Bool { user != nil || bearer != nil }

    /// Makes a client with the options, its cookies and credentials, and saves what is to be kept after `body`.
    ///
    /// - Parameters:
    ///   - headers: The header fields of the command line.
    ///   - saves: Whether cookies and the session may be changed.
    ///   - configure: Changes the client's configuration.
    ///   - body: Gets the client, and the header fields to send.
    func withClient(
        for url: HTTPURL,
        headers own: [HeaderArgument],
        saves: Bool = true,
        configure: (inout HTTPClient.Configuration) -> Void = { _ in },
        body: (HTTPClient, [HeaderArgument]) async throws -> Void
    ) async throws {
        let state = try await savedState(for: url)
        let headers = state.headers.merged(with: own, dropsAuthorization: hasOwnCredentials)
        var configuration = try configuration(cookies: state.cookies)
        if state.isSession {
            // A session is for its server alone.
            configuration.secretHeaders.formUnion(headers.map(\.name).filter(SessionHeaders.isKept))
        }
        configure(&configuration)
        let client = HTTPClient(configuration: configuration)
        let isAuthorized = headers.contains { $0.name == .authorization }
        let credentials = hasOwnCredentials || !isAuthorized ? try await credentials(for: url) : nil
        if let credentials {
            // For the whole server, so that redirects within it keep them.
            try client.addCredentials(credentials, for: "\(url.serverScheme)://\(url.authority)/")
        }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(client, headers))
        } catch {
            result = .failure(error)
        }
        if saves, !sessionReadOnly {
            var kept = state.headers
            // Passwords of a .netrc file stay there.
            let isOwn = bearer != nil || user?.password != nil || (user != nil && !usesNetrc)
            kept.keep(own, authorization: isOwn ? credentials?.authorization : nil)
            try await state.save(kept)
        }
        try result.get()
    }

    private var usesNetrc: Bool { netrc || netrcFile != nil }

    /// The user's credentials; prompts for a missing password.
    func credentials(for url: HTTPURL) async throws -> HTTPCredentials? {
        if let bearer {
            do {
                return try .bearer(bearer)
            } catch {
                throw CommandFailure(.usage, "--bearer: \(error)")
            }
        }
        var user = user
        if usesNetrc, user?.password == nil, url.username == nil {
            let file = try await NetrcFile.read(netrcFile)
            if let entry = file.entry(for: url.host, login: user?.name) {
                user = UserArgument(name: user?.name ?? entry.login ?? "", password: entry.password)
            }
        }
        guard let user else { return nil }
        let password = try user.password ?? PasswordPrompt.ask("Password of \(user.name) at \(url.host): ")
        return digest
            ? .digest(username: user.name, password: password)
            : .basic(username: user.name, password: password)
    }

    private static func route(_ proxy: String) throws(CommandFailure) -> ProxyRoute {
        guard let route = try? ProxyRoute(setting: proxy) else {
            throw CommandFailure(.usage, "--proxy: This proxy can't be used. Write it as http://host:port.")
        }
        return route
    }
}
