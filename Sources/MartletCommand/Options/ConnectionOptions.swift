import CLibrary
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

    @Flag(inversion: .prefixedNo, help: "Request compressed content and decompress it.")
    var compressed = true

    func validate() throws {
        if maxRedirects < 0 { throw ValidationError("--max-redirects can't be negative.") }
        if user != nil, bearer != nil { throw ValidationError("Use only one of --user and --bearer.") }
        if netrc, netrcFile != nil { throw ValidationError("Use only one of --netrc and --netrc-file.") }
        if usesNetrc, bearer != nil { throw ValidationError("Use only one of --netrc and --bearer.") }
        if digest, user == nil, !usesNetrc { throw ValidationError("--digest needs --user or --netrc.") }
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

    /// Makes a client with the options, its cookies and credentials, and saves the cookies after `body`.
    func withClient(for url: HTTPURL, _ body: (HTTPClient) async throws -> Void) async throws {
        let cookies: CookieJar? = if let path = cookieJar { try await CookieJar(contentsOf: path) } else { nil }
        let client = HTTPClient(configuration: try configuration(cookies: cookies))
        if let credentials = try await credentials(for: url) {
            let scheme = ["wss", "https"].contains(url.scheme) ? "https" : "http"
            // For the whole server, so that redirects within it keep them.
            try client.addCredentials(credentials, for: "\(scheme)://\(url.authority)/")
        }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        // Without session cookies the next command would begin another session.
        if let path = cookieJar { try await cookies?.save(to: path, includingSessionCookies: true) }
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
