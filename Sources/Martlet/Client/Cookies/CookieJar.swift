import HTTPTypes
import HTTPWire
import NIOPosix
import Synchronization

/// A store of cookies that several tasks and clients can share.
///
/// ```swift
/// var configuration = HTTPClient.Configuration()
/// configuration.cookieJar = CookieJar()
/// let client = HTTPClient(configuration: configuration)
/// ```
///
/// The rules are those of `CookieStorage`. A jar is in memory only, unless it is saved.
public final class CookieJar: Sendable {
    private let storage: Mutex<CookieStorage>
    /// Held while a file is written, so that an older state never replaces a newer one.
    private let saving = Mutex(())

    /// Creates a jar with these cookies and rules. Defaults to no cookies, and to the limits of RFC 6265bis.
    public init(_ storage: CookieStorage = CookieStorage()) {
        self.storage = Mutex(storage)
    }

    /// The cookies to send with a request for `url`, in the order in which to send them.
    ///
    /// - Parameters:
    ///   - url: The URL of a request.
    ///   - now: The time of the request.
    ///   - context: The origin of the request. Defaults to the site itself.
    public func cookies(for url: HTTPURL, now: HTTPDate, context: CookieContext = .sameSite) -> [Cookie] {
        storage.withLock { $0.cookies(for: url, now: now, context: context) }.map(\.cookie)
    }

    /// Stores the cookies that the response to a request for `url` has set.
    ///
    /// - Parameters:
    ///   - cookies: The cookies of a response.
    ///   - url: The URL of its request.
    ///   - now: The time at which the response arrived.
    ///   - context: The origin of the request. Defaults to the site itself.
    /// - Returns: The reasons for which cookies were rejected.
    @discardableResult
    public func store(
        _ cookies: some Sequence<SetCookie>,
        from url: HTTPURL,
        now: HTTPDate,
        context: CookieContext = .sameSite
    ) -> [CookieRejection] {
        storage.withLock { storage in
            var rejections: [CookieRejection] = []
            for cookie in cookies {
                do throws(CookieRejection) {
                    try storage.store(cookie, from: url, now: now, context: context)
                } catch {
                    rejections.append(error)
                }
            }
            return rejections
        }
    }

    /// Stores the cookies of the `Set-Cookie` fields among `fields`, those of a response to a request for `url`.
    ///
    /// - Parameters:
    ///   - url: The URL of the request.
    ///   - fields: The values of `Set-Cookie`.
    ///   - now: The time at which the response arrived.
    ///   - context: The origin of the request. Defaults to the site itself.
    /// - Returns: The reasons for which cookies were rejected. Malformed fields are not among them.
    @discardableResult
    public func store(
        setCookieFields fields: HTTPFields,
        from url: HTTPURL,
        now: HTTPDate,
        context: CookieContext = .sameSite
    ) -> [CookieRejection] {
        let cookies = fields.setCookies
        return cookies.isEmpty ? [] : store(cookies, from: url, now: now, context: context)
    }

    /// All cookies in the order of their creation, including expired ones that have not been removed yet.
    public var all: [StoredCookie] {
        storage.withLock { $0.all }
    }

    /// The number of cookies.
    public var count: Int {
        storage.withLock { $0.count }
    }

    /// Removes one cookie.
    public func remove(_ cookie: StoredCookie) {
        storage.withLock { $0.remove(cookie) }
    }

    /// Removes the cookies of `domain` and of its subdomains.
    public func removeAll(domain: String) {
        storage.withLock { $0.removeAll(domain: domain) }
    }

    /// Removes session cookies, as at the end of a session.
    public func removeSessionCookies() {
        storage.withLock { $0.removeSessionCookies() }
    }

    /// Removes the cookies that have expired.
    public func removeExpired(at now: HTTPDate) {
        storage.withLock { $0.removeExpired(at: now) }
    }

    /// Removes all cookies.
    public func removeAll() {
        storage.withLock { $0.removeAll() }
    }
}

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
