import HTTPWire

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The file format of a cookie jar: JSON, with times in seconds since 1970.
enum CookieFile {
    /// Larger than the file of a full jar.
    static let sizeLimit = 64 * 1_048_576

    enum ReadingError: Error {
        case corrupt(reason: String)
        case unknownVersion(Int)
    }

    private struct Version: Codable {
        var version: Int
    }

    private struct Contents: Codable {
        var version = 1
        var cookies: [Entry]
    }

    private struct Entry: Codable {
        var name: String
        var value: String
        var domain: String
        var hostOnly: Bool
        var path: String
        var secure: Bool
        var httpOnly: Bool
        var sameSite: String?
        var expires: Int64?
        var created: Int64
        var accessed: Int64
    }

    static func encode(_ cookies: [StoredCookie]) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        let entries = cookies.map { cookie in
            Entry(
                name: cookie.name,
                value: cookie.value,
                domain: cookie.domain,
                hostOnly: cookie.isHostOnly,
                path: cookie.path,
                secure: cookie.isSecure,
                httpOnly: cookie.isHTTPOnly,
                sameSite: cookie.sameSite?.rawValue,
                expires: cookie.expires?.secondsSince1970,
                created: cookie.creation.secondsSince1970,
                accessed: cookie.lastAccess.secondsSince1970
            )
        }
        return Array(try encoder.encode(Contents(cookies: entries))) + [0x0A]
    }

    static func decode(_ bytes: [UInt8]) throws(ReadingError) -> [StoredCookie] {
        let (data, decoder) = (Data(bytes), JSONDecoder())
        guard let version = try? decoder.decode(Version.self, from: data).version else {
            throw .corrupt(reason: bytes.isEmpty ? "it is empty" : "it is not a cookie jar in JSON")
        }
        guard version == 1 else { throw .unknownVersion(version) }
        guard let contents = try? decoder.decode(Contents.self, from: data) else {
            throw .corrupt(reason: "a cookie in it lacks a member")
        }
        var cookies: [StoredCookie] = []
        for entry in contents.cookies {
            guard let cookie = cookie(entry) else { throw .corrupt(reason: "a cookie in it is invalid") }
            cookies.append(cookie)
        }
        return cookies
    }

    /// The cookie of an entry; nil if a server could not have set it: a file must not contain what a field cannot.
    private static func cookie(_ entry: Entry) -> StoredCookie? {
        let text = "\(entry.name)=\(entry.value)"
        guard let parsed = SetCookie(fieldValue: text), parsed.name == entry.name, parsed.value == entry.value,
            let url = HTTPURL(host: entry.domain), url.host == entry.domain, entry.path.utf8.first == 0x2F,
            entry.path.isFieldText
        else { return nil }
        var sameSite: SetCookie.SameSite?
        if let name = entry.sameSite {
            guard let value = SetCookie.SameSite(rawValue: name) else { return nil }
            sameSite = value
        }
        return StoredCookie(
            name: entry.name,
            value: entry.value,
            domain: entry.domain,
            isHostOnly: entry.hostOnly || url.hasAddress,
            path: entry.path,
            isSecure: entry.secure,
            isHTTPOnly: entry.httpOnly,
            sameSite: sameSite,
            expires: entry.expires.map { HTTPDate(secondsSince1970: $0) },
            creation: HTTPDate(secondsSince1970: entry.created),
            lastAccess: HTTPDate(secondsSince1970: entry.accessed),
            serial: 0
        )
    }
}
