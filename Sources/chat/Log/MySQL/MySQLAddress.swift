import Foundation
import Martlet

/// The address of a MySQL or MariaDB database: `mysql://user:password@host:port/database`.
///
/// `?socket=/path` is a Unix-domain socket to use in place of host and port. Characters with a meaning in URLs are
/// percent-encoded in user, password and database.
struct MySQLAddress: Sendable, Hashable {
    var user: String
    var password: String
    var host: String
    var port: Int
    var database: String
    var socket: String?

    /// - Throws: ``ChatLogError`` with a message that does not include the password.
    init(_ text: String) throws {
        guard let url = URLComponents(string: text), let scheme = url.scheme, ["mysql", "mariadb"].contains(scheme)
        else {
            throw ChatLogError("The log's URL is malformed. Write it as mysql://user:password@host:port/database.")
        }
        user = url.user ?? "root"
        password = url.password ?? ""
        host = url.host.flatMap { $0.isEmpty ? nil : $0 } ?? "127.0.0.1"
        port = url.port ?? 3306
        database = String(url.path.dropFirst())
        guard !database.isEmpty, !database.contains("/"), database.utf8.count <= 64, (1...65_535).contains(port) else {
            throw ChatLogError(
                "The log's URL has no valid database or port. Write it as mysql://user:password@host:port/database."
            )
        }
        for item in url.queryItems ?? [] {
            guard item.name == "socket", let value = item.value, value.hasPrefix("/") else {
                throw ChatLogError("The log's URL may have only the parameter ?socket=/path, not “\(item.name)”.")
            }
            socket = value
        }
    }

    /// The address, without user and password, as a directory name.
    var directoryName: String { FileName.safe("\(socket ?? "\(host)-\(port)")-\(database)") }

    /// The address for people.
    var description: String { "\(socket ?? "\(host):\(port)")/\(database)" }
}

/// Creates file names.
enum FileName {
    /// A valid file name: characters other than ASCII letters and digits are replaced, and a checksum distinguishes
    /// names that would then be equal.
    static func safe(_ text: String) -> String {
        let plain = String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "-" }.prefix(80))
        if plain == text { return plain }
        let sum = text.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        return "\(plain)-\(String(sum, radix: 16))"
    }
}
