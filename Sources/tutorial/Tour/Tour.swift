import ArgumentParser
import Logging
import Martlet
import ProgramSupport

/// All programs at once, in one process, and a home page that leads to them.
struct Tour: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs all programs at once, with a home page about them.",
        discussion: "Open the URL that is printed last."
    )

    @OptionGroup var location: HostOption

    @Option(help: "The port of the home page.")
    var homePort = 4000

    @Option(help: "A number to add to every port, to move the whole tour.")
    var portOffset = 0

    @Flag(help: "Let the system choose every port.")
    var anyPorts = false

    func run() async throws {
        let notifier = ServiceNotifier(servers: Tutorial.programs.count + 1)
        // All ports are bound first: if one is not available, nothing has to be undone.
        let home = try await bind("tour", port: homePort, nil, notifier)
        var servers: [(HTTPServer, WireLog?)] = []
        for program in Tutorial.programs {
            // Others on the network are not to see what is exchanged.
            let wire = location.isLoopback ? WireLog() : nil
            servers.append((try await bind(program, wire, notifier), wire))
        }
        let metrics = PrometheusMetrics()
        var stops: [TourStop] = []
        for (program, (server, wire)) in zip(Tutorial.programs, servers) {
            stops.append(try await program.tourStop(on: server, wire, metrics, location))
        }
        let monitor = TourMonitor(stops: stops, metrics: metrics)
        let answerHome = try location.guarding(HomePage(monitor: monitor).router.handler)
        try await runUntilStopped(Logger(label: "tutorial")) { [stops] in
            let console = Console()
            for stop in stops {
                console.print("\(stop.guide.name): Listening on \(stop.server.url)")
            }
            console.print("Listening on \(home.url)")
            // Stopping one server of a group stops all of them.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for stop in stops {
                    group.addTask { try await stop.serve() }
                }
                group.addTask {
                    async let _: Void = monitor.run()
                    try await home.serve(answerHome)
                }
                try await group.waitForAll()
            }
        }
    }

    private func bind<Program: TutorialProgram>(
        _ program: Program.Type,
        _ wire: WireLog?,
        _ notifier: ServiceNotifier
    ) async throws -> HTTPServer {
        let console = Console(speaker: Program.guide.name)
        let security = try await Program.makeSecurity(options: Program.Options.parse([]), console: console)
        return try await bind(Program.guide.name, port: Program.guide.port, security: security, wire, notifier)
    }

    private func bind(
        _ program: String,
        port: Int,
        security: SecurityContext? = nil,
        _ wire: WireLog? = nil,
        _ notifier: ServiceNotifier
    ) async throws -> HTTPServer {
        try await bindServer(
            for: program,
            host: location.host,
            port: anyPorts ? 0 : port + portOffset,
            security: security,
            wire: wire,
            notifier: notifier,
            inherits: false,
            advice: "move the whole tour with --port-offset"
        )
    }
}

extension TutorialProgram {
    /// The program with its default options, as a stop of the tour.
    fileprivate static func tourStop(
        on server: HTTPServer,
        _ wire: WireLog?,
        _ metrics: PrometheusMetrics,
        _ location: HostOption
    ) async throws -> TourStop {
        let console = Console(speaker: guide.name)
        let program = try await Self(options: Options.parse([]), console: console)
        let handler = try program.handler(at: location)
        return TourStop(guide: guide, server: server, wire: wire, metrics: metrics, handler: handler)
    }
}
