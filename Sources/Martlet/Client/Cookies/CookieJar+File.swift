import HTTPWire
import NIOPosix
import Synchronization

extension CookieJar {
    /// Creates a jar with the cookies of a file that ``save(to:includingSessionCookies:)`` has written. If the file
    /// does not exist, the jar is empty.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - storage: The rules of the jar, and additional cookies. Defaults to none.
    /// - Throws: ``CookieJarError/corrupt(path:keptAt:reason:)`` if the file is malformed: it has been moved aside
    ///   then, and the next attempt creates an empty jar. ``CookieJarError/unknownVersion(_:path:)`` if a newer version
    ///   of Martlet wrote it: the file is left alone. ``FileError`` if it cannot be read.
    public convenience init(contentsOf path: String, into storage: CookieStorage = CookieStorage()) async throws {
        let filled = try await NIOThreadPool.singleton.runIfActive {
            var storage = storage
            guard let bytes = try DurableFile.contents(of: path, upTo: CookieFile.sizeLimit) else { return storage }
            do throws(CookieFile.ReadingError) {
                for cookie in try CookieFile.decode(bytes) { storage.restore(cookie) }
            } catch .unknownVersion(let version) {
                throw CookieJarError.unknownVersion(version, path: path)
            } catch .corrupt(let reason) {
                let aside = path + ".corrupt"
                try DurableFile.move(path, to: aside)
                throw CookieJarError.corrupt(path: path, keptAt: aside, reason: reason)
            }
            return storage
        }
        self.init(filled)
    }

    /// Writes the cookies to a file, readable by this user only.
    ///
    /// An existing file is replaced atomically: even after a power failure, it has either the old or the new contents.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - includingSessionCookies: Whether session cookies are written as well. Defaults to `false`.
    /// - Throws: ``FileError`` if the file cannot be written. In that case the old file is unchanged.
    public func save(to path: String, includingSessionCookies: Bool = false) async throws {
        try await NIOThreadPool.singleton.runIfActive {
            try self.saving.withLock { _ in
                let cookies = self.all.filter { includingSessionCookies || !$0.isSessionCookie }
                try DurableFile.replace(path, with: CookieFile.encode(cookies))
            }
        }
    }
}

extension CookieStorage {
    /// Restores a cookie of an earlier jar, replacing one with the same name, domain and path.
    mutating func restore(_ cookie: StoredCookie) {
        remove(cookie)
        var cookie = cookie
        cookie.serial = nextSerial
        byDomain[cookie.domain, default: []].append(cookie)
        count += 1
        nextSerial += 1
        evict(domain: cookie.domain, now: .distantPast)
    }
}
