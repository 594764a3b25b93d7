import HTTPWire
import NIOPosix
import Synchronization

extension CookieJar {
    /// A jar with the cookies of a file that ``save(to:includingSessionCookies:)`` wrote. A file that does not exist makes
    /// an empty jar.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - storage: The rules of the jar, and cookies that it has besides. Defaults to none.
    /// - Throws: ``CookieJarError/corrupt(path:keptAt:reason:)`` if the file cannot be understood: it has been moved aside
    ///   then, and the next try makes an empty jar. ``CookieJarError/unknownVersion(_:path:)`` if a newer Martlet wrote it:
    ///   it stays where it is. ``FileError`` if it cannot be read.
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
    /// A file that is there is replaced at once and as a whole: whatever happens, power failures included, either the old
    /// or the new state is there afterwards.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - includingSessionCookies: Whether cookies that last for the session only are written as well. Defaults to
    ///     `false`.
    /// - Throws: ``FileError`` if the file cannot be written. The old one is untouched then.
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
    /// Puts a cookie back that was in a jar before, in place of the one at its place.
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
