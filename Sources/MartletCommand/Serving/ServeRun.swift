import CLibrary
import Logging
import Martlet
import MartletWeb

/// One run of `martlet serve`, from the command line to the last response.
struct ServeRun {
    /// How long downloads may continue after Control-C.
    static let shutdownTimeout = Duration.seconds(30)

    private let options: ServeCommand

    init(_ options: ServeCommand) {
        self.options = options
    }

    func run() async throws {
        let site = options.site(behind: try await ServeAuthentication.make(options.access))
        try check(site)
        let messages = LogOutput(descriptor: StandardStream.error.descriptor)
        let identity = try await ServeIdentity(options)
        let server = try await bind(messages, identity)
        try announce(server, identity)
        let middleware = try log + site.middleware
        try await withTaskCancellationHandler {
            try await server.serve(around: middleware, try site.handler())
        } onCancel: {
            let count = server.connectionCounts.active
            if count > 0 {
                let requests = count == 1 ? "A request is" : "\(count) requests are"
                complain("\(requests) still in progress. Press Control-C again to end immediately.")
            }
        }
        await LogOutput.standardOutput.flush()
        await messages.flush()
        let dropped = LogOutput.standardOutput.droppedLines
        if dropped > 0 { complain("\(dropped) lines of the log were dropped because they came too fast.") }
    }

    // MARK: The beginning

    /// Reports mistakes before the server starts.
    private func check(_ site: Site) throws {
        let flag = site.isSingleFile ? O_NONBLOCK : O_DIRECTORY
        let descriptor = open(site.directory, O_RDONLY | O_CLOEXEC | flag)
        guard descriptor >= 0 else { throw FileError(operation: "open", path: site.directory, code: errno) }
        close(descriptor)
        if site.isSingleFile, site.takesUploads || site.fallback != nil {
            throw CommandFailure(
                .usage,
                "\(site.directory) is a file; --upload, --spa and --spa-file need a directory."
            )
        }
        if let path = site.fallbackPath, access(path, R_OK) != 0 {
            throw FileError(operation: "read", path: path, code: errno)
        }
        if site.takesUploads, access(site.directory, W_OK) != 0 {
            throw FileError(operation: "write", path: site.directory, code: errno)
        }
    }

    private func bind(_ messages: LogOutput, _ identity: ServeIdentity?) async throws -> HTTPServer {
        var configuration = HTTPServer.Configuration()
        configuration.shutdownTimeout = Self.shutdownTimeout
        configuration.logger = Logger(label: "martlet") { _ in MessageLogHandler(output: messages) }
        configuration.serviceNotifier = ServiceNotifier()
        if let server = try await listen(configuration, identity) { return server }
        let (host, port) = (options.host, options.port)
        do {
            let address = InternetAddress(host)
            guard let security = identity?.security else {
                return try await HTTPServer.bind(address, port: port, configuration: configuration)
            }
            return try await HTTPServer.bindSecure(
                address,
                port: port,
                security: security,
                configuration: configuration
            )
        } catch let error as SecurityContextError {
            throw CommandFailure(.failure, "\(error)")
        } catch let error as SocketError where error.isAddressInUse {
            throw CommandFailure(
                .failure,
                "Port \(port) is in use by another program. Choose another one with --port; 0 means any free one."
            )
        } catch let error as SocketError where error.isPermissionDenied {
            throw CommandFailure(
                .failure,
                "Port \(port) needs administrator rights. Choose one above 1023 with --port."
            )
        } catch let error as SocketError where error.code == EADDRNOTAVAIL {
            throw CommandFailure(
                .failure,
                "This machine has no address \(host). Set --host to one that it has, or 0.0.0.0 or :: for all of them."
            )
        } catch let error as SocketError where error.code == nil {
            throw CommandFailure(.unknownHost, "No address is known for \(host). Check the spelling of --host.")
        }
    }

    /// A server for the socket that systemd has passed, if it has.
    private func listen(
        _ configuration: HTTPServer.Configuration,
        _ identity: ServeIdentity?
    ) async throws -> HTTPServer? {
        do {
            guard let socket = try ServerSocket.inherited() else { return nil }
            guard let security = identity?.security else {
                return HTTPServer.listen(on: socket, configuration: configuration)
            }
            return try await HTTPServer.listenSecure(on: socket, security: security, configuration: configuration)
        } catch {
            throw CommandFailure(.failure, "\(error)")
        }
    }

    /// Prints the URLs of the server.
    private func announce(_ server: HTTPServer, _ identity: ServeIdentity?) throws {
        var addresses = ServeAddresses(server)
        // The certificate is for this name.
        if identity?.certificates != nil { addresses.local = "https://localhost:\(server.port)/" }
        var text = "Serving \(TerminalText.line(options.path)) at \(addresses.local)\n"
        for url in addresses.network { text += "On the network: \(url)\n" }
        text += code(for: addresses)
        if options.upload {
            let url = addresses.network.first ?? addresses.local
            text += "Upload files at \(url.dropLast())\(Site.uploadTarget)\n"
        }
        if let identity { text += identity.advice(for: addresses) }
        if identity == nil, options.access.isUsed, !server.address.isLoopback, server.address.kind != .unix {
            text += "Passwords are sent without encryption: use --tls, or --cert and --key, unless a proxy adds TLS.\n"
        }
        if StandardStream.error.isTerminal { text += "Press Control-C to end.\n" }
        try StandardStream.error.write(text)
    }

    /// The QR code of the server's address; empty if there is none to show.
    private func code(for addresses: ServeAddresses) -> String {
        let error = StandardStream.error
        let isWanted = options.qr ?? (error.isTerminal && !StandardStream.isDumb && !addresses.network.isEmpty)
        guard isWanted, let code = QRCode(Array((addresses.network.first ?? addresses.local).utf8)) else { return "" }
        // One that is cut off can't be read.
        if options.qr == nil, let columns = error.columns, columns < code.width { return "" }
        return code.text(colours: options.color.decide(error.isTerminal && !StandardStream.isDumb))
    }

    // MARK: The log

    private var log: [any Middleware] {
        switch options.log {
        case .short:
            let colours = options.color.decide(StandardStream.output.showsColours)
            return [LiveLog(colours: colours, output: .standardOutput)]
        case .common: return [RequestLog(.common)]
        case .combined: return [RequestLog(.combined)]
        case .json: return [RequestLog(.json)]
        case .none: return []
        }
    }
}

/// Reports errors of the server like those of the tool: one line each, on standard error.
private struct MessageLogHandler: LogHandler {
    let output: LogOutput
    var logLevel = Logger.Level.warning
    var metadata = Logger.Metadata()

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let target = event.metadata?["target"].map { " (\($0))" } ?? ""
        output.write("martlet: \(TerminalText.line("\(event.message)\(target)"))\n")
    }
}
