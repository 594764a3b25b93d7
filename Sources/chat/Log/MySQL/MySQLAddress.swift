import Foundation
import Martlet

/// Where a database of MySQL or MariaDB is: `mysql://user:password@host:port/database`.
///
/// `?socket=/path` names a Unix-domain socket to use in place of host and port. What means something in a URL is
/// percent-encoded in user, password and database.
struct MySQLAddress: Sendable, Hashable {
    var user: String
    var password: String
    var host: String
    var port: Int
    var database: String
    var socket: String?

    /// - Throws: ``ChatLogError`` that says what is wrong, without the password.
    init(_ text: String) throws {
        guard let url = URLComponents(string: text), let scheme = url.scheme, ["mysql", "mariadb"].contains(scheme)
        else {
            throw ChatLogError("The log's URL is malformed. It looks like mysql://user:password@host:port/database.")
        }
        user = url.user ?? "root"
        password = url.password ?? ""
        host = url.host.flatMap { $0.isEmpty ? nil : $0 } ?? "127.0.0.1"
        port = url.port ?? 3306
        database = String(url.path.dropFirst())
        guard !database.isEmpty, !database.contains("/"), database.utf8.count <= 64, (1...65_535).contains(port) else {
            throw ChatLogError(
                "The log's URL names no database. It looks like mysql://user:password@host:port/database."
            )
        }
        for item in url.queryItems ?? [] {
            guard item.name == "socket", let value = item.value, value.hasPrefix("/") else {
                throw ChatLogError("The log's URL knows only ?socket=/path, not “\(item.name)”.")
            }
            socket = value
        }
    }

    /// The place, without user and password, as a name that a directory can have.
    var directoryName: String { FileName.safe("\(socket ?? "\(host)-\(port)")-\(database)") }

    /// The place, for people.
    var description: String { "\(socket ?? "\(host):\(port)")/\(database)" }
}

/// Names for files.
enum FileName {
    /// A name that a file can have: others for ASCII's letters and digits are replaced, and a sum tells names apart that
    /// would be the same then.
    static func safe(_ text: String) -> String {
        let plain = String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "-" }.prefix(80))
        if plain == text { return plain }
        let sum = text.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        return "\(plain)-\(String(sum, radix: 16))"
    }
}
