import ArgumentParser
import Martlet
import MartletWeb

/// Serves the files of a directory, or one file: `martlet serve site`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves the files of a directory, or a single file.",
        discussion: """
            By default only this machine can reach the server; use --host 0.0.0.0 or --host :: to let others on the \
            network do so. Control-C ends it once the requests in progress are done; a second one ends it immediately.

            The log goes to standard output, everything else to standard error.
            """
    )

    @Argument(
        help: ArgumentHelp("The directory; or a file, which is served at / and by its name.", valueName: "directory"),
        completion: .file()
    )
    var path = "."

    @Option(name: .shortAndLong, help: "The port; 0 for any free one.")
    var port = 8080

    @Option(
        help: ArgumentHelp(
            "The address to listen on: one of this machine, or 0.0.0.0 or :: for all of them.",
            valueName: "address"
        ),
        completion: .list(["127.0.0.1", "0.0.0.0", "::1", "::"])
    )
    var host = "127.0.0.1"

    @Flag(
        inversion: .prefixedNo,
        help: "Show the address as a QR code, for phones; by default on a terminal, if others can reach the server."
    )
    var qr: Bool?

    @Option(
        help: ArgumentHelp(
            "Another name of the server, such as example.com or *.example.com; * for any. "
                + "Can be repeated.",
            discussion:
                "Requests for other names are refused, since pages of other sites can make them. IP addresses, "
                + "localhost and, with --host, the names of this machine are allowed, and with --cert every name.",
            valueName: "name"
        )
    )
    var allowHost: [String] = []

    @Flag(inversion: .prefixedNo, help: "List the entries of directories without an index.html.")
    var listing = true

    @Flag(inversion: .prefixedNo, help: "Offer directories as zip archives in their lists.")
    var zip = true

    @Flag(help: "Send browsers the index.html of DIRECTORY if there is no such file, for single-page applications.")
    var spa = false

    @Option(
        help: ArgumentHelp("The file for --spa instead of index.html.", valueName: "file"),
        completion: .file()
    )
    var spaFile: String?

    @Flag(help: "Let pages of all other sites read the files (CORS).")
    var cors = false

    @Option(
        help: ArgumentHelp(
            "How long browsers may cache a file; no-cache: revalidate each time, no-store: do not cache.",
            valueName: "seconds"
        ),
        completion: .list(["no-cache", "no-store", "3600"])
    )
    var cache = CacheArgument.revalidate

    @Option(help: "The format of the log; short is for people.")
    var log = LogStyle.short

    @Option(help: "Show colours in the short log: auto (on a terminal, unless NO_COLOR is set), always, never.")
    var color = Choice.auto

    @Flag(help: "Use https, with a certificate for this machine only, which is created if there is none.")
    var tls = false

    @Option(
        help: ArgumentHelp("Use https with this certificate chain (PEM).", valueName: "file"),
        completion: .file()
    )
    var cert: String?

    @Option(help: ArgumentHelp("The private key of --cert (PEM).", valueName: "file"), completion: .file())
    var key: String?

    @Flag(help: "Let visitors put files into DIRECTORY, at /?upload. No file is ever overwritten.")
    var upload = false

    @OptionGroup(title: "Access")
    var access: AccessOptions

    @Option(
        name: [.long, .customShort("H")],
        help: ArgumentHelp(
            "A header field that all responses have, such as 'Referrer-Policy: same-origin'. Can be repeated.",
            valueName: "name: value"
        )
    )
    var header: [ResponseFieldArgument] = []

    @Flag(help: "Serve hidden files too (names that begin with a dot).")
    var hidden = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be a number from 0 to 65535.") }
        guard (cert == nil) == (key == nil) else { throw ValidationError("Use --cert and --key together.") }
        do {
            _ = try AllowedHosts(allowHost)
        } catch {
            throw ValidationError("--allow-host: \(error).")
        }
        if let fault = header.lazy.compactMap({ $0.fault(cors: cors) }).first { throw ValidationError(fault) }
        guard !tls || cert == nil else {
            throw ValidationError("--tls creates a certificate; omit it with --cert and --key.")
        }
    }

    func run() async throws {
        let run = ServeRun(self)
        try await perform(grace: ServeRun.shutdownTimeout + .seconds(1)) { try await run.run() }
    }

    /// The site to serve.
    ///
    /// - Parameter authentication: Asks for a name and a password; nil to let everybody in.
    func site(behind authentication: (any Middleware)? = nil) -> Site {
        var configuration = VirtualDirectory.Configuration()
        configuration.listsDirectories = listing
        configuration.sendsArchives = zip
        configuration.servesHiddenFiles = hidden
        configuration.cachePolicy = cache.policy
        // An uploaded file must not pass for the compressed form of another one.
        configuration.servesPrecompressedFiles = !upload
        return Site(
            directory: path,
            configuration: configuration,
            fallback: spa || spaFile != nil ? spaFile ?? "index.html" : nil,
            allowsOtherSites: cors,
            takesUploads: upload,
            headers: header.map(\.field),
            authentication: authentication,
            hosts: hosts
        )
    }

    /// The allowed names of the server; nil for any.
    private var hosts: [String]? {
        // Browsers reject the certificate for any other name, so no page of another site gets this far.
        if cert != nil { return nil }
        let address = InternetAddress(host)
        var names = allowHost
        if address.kind == .name { names.append(host) }
        if !address.isLoopback { names += MachineNames.all }
        return names
    }
}

/// How long browsers may keep files: a number of seconds, `no-cache` or `no-store`.
enum CacheArgument: ExpressibleByArgument, Equatable {
    case revalidate
    case never
    case seconds(Int)

    init?(argument: String) {
        switch argument {
        case "no-cache": self = .revalidate
        case "no-store": self = .never
        default:
            // RFC 9111 section 1.2.2: a greater number means the same as this one.
            guard let seconds = Int(argument), (0...2_147_483_648).contains(seconds) else { return nil }
            self = .seconds(seconds)
        }
    }

    var defaultValueDescription: String { "no-cache" }

    var policy: VirtualDirectory.CachePolicy {
        switch self {
        case .revalidate: .revalidate
        case .never: .never
        case .seconds(let seconds): .maxAge(.seconds(seconds))
        }
    }
}

/// The format of the log.
enum LogStyle: String, ExpressibleByArgument, CaseIterable {
    case short
    case common
    case combined
    case json
    case none
}
