import Foundation
import Martlet
import TestProcesses
import Testing

/// A MariaDB server of its own, on a private socket and port in a temporary directory.
actor MariaDB {
    /// The one of the suite that runs.
    @TaskLocal static var current: MariaDB?

    nonisolated let port: Int
    private let directory: URL
    private var process: Subprocess?

    private init(directory: URL, port: Int) {
        self.directory = directory
        self.port = port
    }

    /// Makes a server, starts it, and removes it after `body`.
    static func with(_ body: (MariaDB) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let install = try Subprocess(
                "mariadb-install-db",
                ["--no-defaults"] + user + places(directory) + ["--skip-test-db"]
            )
            guard await install.exitStatus == 0 else { throw MariaDBError(log: await install.errors.text) }
            let sql = """
                CREATE USER IF NOT EXISTS 'a:b'@'%' IDENTIFIED BY 's/e@c?r';
                GRANT ALL ON *.* TO 'a:b'@'%';

                """
            try Data(sql.utf8).write(to: directory.appending(path: "start.sql"))
            // A port that is free now.
            let finder = try await HTTPServer.bind(.loopbackIPv4, port: 0)
            let port = finder.port
            await finder.close(force: true)
            let server = MariaDB(directory: directory, port: port)
            do {
                try await server.start()
                try await body(server)
            } catch {
                await server.kill()
                throw error
            }
            await server.kill()
        }
    }

    /// Starts the server, and waits until it takes connections.
    func start() async throws {
        let path =
            FileManager.default.isExecutableFile(atPath: "/usr/sbin/mariadbd") ? "/usr/sbin/mariadbd" : "mariadbd"
        let process = try Subprocess(
            path,
            ["--no-defaults"] + Self.user + Self.places(directory) + [
                "--socket=\(socket)", "--port=\(port)", "--bind-address=127.0.0.1",
                "--pid-file=\(directory.path)/pid", "--init-file=\(directory.path)/start.sql", "--skip-name-resolve",
                "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=1",
            ]
        )
        self.process = process
        guard await process.errors.text(containing: "ready for connections").contains("ready for connections") else {
            throw MariaDBError(log: await process.errors.text)
        }
    }

    /// Ends the server as kill -9 does.
    func kill() async {
        await process?.end()
        process = nil
    }

    nonisolated var socket: String { "\(directory.path)/socket" }

    /// The URL of a database.
    nonisolated func url(_ database: String) -> String { "mysql://a%3Ab:s%2Fe%40c%3Fr@127.0.0.1:\(port)/\(database)" }

    /// A server that starts removes the temporary tables that others have in the same place.
    private static func places(_ directory: URL) -> [String] {
        ["--datadir=\(directory.path)/data", "--tmpdir=\(directory.path)"]
    }

    private static var user: [String] { geteuid() == 0 ? ["--user=root"] : [] }
}

struct MariaDBError: Error {
    let log: String
}

/// Gives the tests of a suite a MariaDB server.
struct MariaDBTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await MariaDB.with { server in
            try await MariaDB.$current.withValue(server) { try await function() }
        }
    }
}

extension Trait where Self == MariaDBTrait {
    static var mariaDB: Self { Self() }
}
