import ArgumentParser
import Martlet
import MartletWeb

/// Serves the files of a directory: `martlet serve site`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves the files of a directory.",
        discussion: """
            Only this machine can reach the server unless --host says otherwise: 0.0.0.0 or :: for everybody on the \
            network. Control-C ends it once the requests that are being answered are done; a second one ends it at once.

            The log goes to standard output, everything else to standard error.
            """
    )

    @Argument(help: "The directory.", completion: .directory)
    var directory = "."

    @Option(name: .shortAndLong, help: "The port; 0 for any that is free.")
    var port = 8080

    @Option(
        help: ArgumentHelp(
            "The address to be reached at: one of this machine, or 0.0.0.0 or :: for all of them.",
            valueName: "address"
        )
    )
    var host = "127.0.0.1"

    @Option(
        help: ArgumentHelp(
            "Another name that visitors reach the server by, such as example.com or *.example.com; * for any. "
                + "Can be repeated.",
            discussion:
                "Requests for other names are refused, as the pages of other sites can make them: IP addresses, "
                + "localhost and, with --host, the names of this machine are known. With --cert every name is.",
            valueName: "name"
        )
    )
    var allowHost: [String] = []

    @Flag(inversion: .prefixedNo, help: "List the entries of directories without an index.html.")
    var listing = true

    @Flag(help: "Show browsers the index.html of DIRECTORY where there is no file, for pages that find their own way.")
    var spa = false

    @Option(
        help: ArgumentHelp("The file for --spa, in place of index.html.", valueName: "file"),
        completion: .file()
    )
    var spaFile: String?

    @Flag(help: "Let the pages of all other sites read the files (CORS).")
    var cors = false

    @Option(
        help: ArgumentHelp(
            "How long browsers may keep a file; no-cache: if they ask each time, no-store: not at all.",
            valueName: "seconds"
        )
    )
    var cache = CacheArgument.revalidate

    @Option(help: "The lines of the log; short ones are for people.")
    var log = LogStyle.short

    @Option(help: "Show colours in the short log: auto (on a terminal, unless NO_COLOR is set), always, never.")
    var color = Choice.auto

    @Flag(help: "Speak https, with a certificate for this machine alone. It is made if there is none.")
    var tls = false

    @Option(
        help: ArgumentHelp("Speak https with this certificate, and those that vouch for it (PEM).", valueName: "file"),
        completion: .file()
    )
    var cert: String?

    @Option(help: ArgumentHelp("The private key of --cert (PEM).", valueName: "file"), completion: .file())
    var key: String?

    @Flag(help: "Let visitors put files into DIRECTORY, at /?upload. No file is ever overwritten.")
    var upload = false

    @Flag(help: "Serve hidden files too, whose names begin with a dot.")
    var hidden = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port is a number from 0 to 65535.") }
        guard (cert == nil) == (key == nil) else { throw ValidationError("--cert and --key belong together.") }
        do {
            _ = try AllowedHosts(allowHost)
        } catch {
            throw ValidationError("--allow-host: \(error).")
        }
        guard !tls || cert == nil else {
            throw ValidationError("--tls makes a certificate; with --cert and --key leave it out.")
        }
    }

    func run() async throws {
        let run = ServeRun(self)
        try await perform(grace: ServeRun.shutdownTimeout + .seconds(1)) { try await run.run() }
    }

    /// What visitors get.
    var site: Site {
        var configuration = VirtualDirectory.Configuration()
        configuration.listsDirectories = listing
        configuration.servesHiddenFiles = hidden
        configuration.cachePolicy = cache.policy
        // What a visitor uploads is a file of its own, whatever name it has.
        configuration.servesPrecompressedFiles = !upload
        return Site(
            directory: directory,
            configuration: configuration,
            fallback: spa || spaFile != nil ? spaFile ?? "index.html" : nil,
            allowsOtherSites: cors,
            takesUploads: upload,
            hosts: hosts
        )
    }

    /// The names that the server is reached by; nil for any.
    private var hosts: [String]? {
        // A browser refuses to take the certificate of another name, so that no page of another site gets this far.
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
            // RFC 9111 section 1.2.2: a number beyond this means no more than this.
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

/// What the lines of the log look like.
enum LogStyle: String, ExpressibleByArgument, CaseIterable {
    case short
    case common
    case combined
    case json
    case none
}
