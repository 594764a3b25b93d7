#if Redis
    import CHiredis
    import HTTPWire

    extension RedisClient.Configuration {
        /// The settings of a URL.
        ///
        /// `redis://user:password@host:port/number` has a default for each of its parts: no user, no password, 127.0.0.1,
        /// 6379 and 0. `unix:///path?db=number` is a Unix-domain socket; `unix://user:password@/path` logs in. Characters
        /// with a meaning in URLs are percent-encoded in user, password and path.
        ///
        /// - Throws: ``RedisError`` of kind `configuration`, which does not reveal the password.
        public init(url: String) throws(RedisError) {
            guard let colon = url.firstRange(of: "://") else { throw Self.malformed }
            let rest = url[colon.upperBound...]
            guard rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw RedisError(
                    .configuration,
                    "Redis' URL has a character that must be percent-encoded, such as a space."
                )
            }
            guard !rest.contains("#") else { throw Self.malformed }
            switch url[..<colon.lowerBound].lowercased() {
            case "redis": try self.init(internet: rest)
            case "unix", "redis+unix": try self.init(unix: rest)
            case "rediss": throw Self.noTLS
            default: throw Self.malformed
            }
        }

        private init(internet rest: Substring) throws(RedisError) {
            let (place, query) = Self.split(rest, at: "?")
            guard query == nil else {
                throw RedisError(.configuration, "Redis' URL takes no parameters; write redis://host:port/number.")
            }
            let (authority, path) = Self.split(place, at: "/")
            let (userInfo, hostAndPort) = Self.userInfo(authority)
            self.init(try Self.internet(hostAndPort))
            try logIn(userInfo)
            if let path, !path.isEmpty { database = try Self.number(path) }
        }

        private init(unix rest: Substring) throws(RedisError) {
            let (place, query) = Self.split(rest, at: "?")
            let (userInfo, text) = Self.userInfo(place)
            let path = try Self.decoded(text)
            guard path.hasPrefix("/"), !path.utf8.contains(0) else {
                throw RedisError(.configuration, "The path of Redis' socket must be absolute: unix:///path?db=0.")
            }
            // sun_path of Linux has 108 bytes, with the NUL at the end; that of macOS has 104.
            guard path.utf8.count < 104 else {
                throw RedisError(.configuration, "The path of Redis' socket is longer than 103 bytes.")
            }
            self.init(.unix(path: path))
            try logIn(userInfo)
            guard let query, !query.isEmpty else { return }
            guard query.hasPrefix("db=") else {
                throw RedisError(.configuration, "The URL of Redis' socket takes only the parameter ?db=number.")
            }
            database = try Self.number(query.dropFirst(3))
        }

        private mutating func logIn(_ userInfo: Substring?) throws(RedisError) {
            guard let userInfo else { return }
            let (user, password) = Self.split(userInfo, at: ":")
            guard let password else {
                throw RedisError(
                    .configuration,
                    "Redis' URL has a user without a password; write redis://user:password@host."
                )
            }
            if !user.isEmpty { username = try Self.decoded(user) }
            if !password.isEmpty { self.password = try Self.decoded(password) }
        }

        private static func internet(_ text: Substring) throws(RedisError) -> Address {
            var host = text
            var port: Substring?
            if text.hasPrefix("[") {
                guard let end = text.firstIndex(of: "]") else { throw malformed }
                host = text[text.index(after: text.startIndex)..<end]
                let after = text[text.index(after: end)...]
                guard after.isEmpty || after.hasPrefix(":") else { throw malformed }
                port = after.isEmpty ? nil : after.dropFirst()
            } else {
                (host, port) = split(text, at: ":")
            }
            let name = try decoded(host)
            guard !name.utf8.contains(0), !(port ?? "").contains(":") else { throw malformed }
            guard let port, !port.isEmpty else {
                return .internet(host: name.isEmpty ? "127.0.0.1" : name, port: 6_379)
            }
            guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(port), number > 0 else {
                throw RedisError(.configuration, "The port in Redis' URL must be a number from 1 to 65535.")
            }
            return .internet(host: name.isEmpty ? "127.0.0.1" : name, port: Int(number))
        }

        private static func number(_ text: Substring) throws(RedisError) -> Int {
            guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int32(text) else {
                throw RedisError(
                    .configuration,
                    "The database in Redis' URL must be a number, as in redis://host:port/0."
                )
            }
            return Int(number)
        }

        private static func userInfo(_ text: Substring) -> (userInfo: Substring?, rest: Substring) {
            guard let at = text.lastIndex(of: "@") else { return (nil, text) }
            return (text[..<at], text[text.index(after: at)...])
        }

        private static func split(_ text: Substring, at mark: Character) -> (Substring, Substring?) {
            guard let index = text.firstIndex(of: mark) else { return (text, nil) }
            return (text[..<index], text[text.index(after: index)...])
        }

        private static func decoded(_ text: Substring) throws(RedisError) -> String {
            guard let decoded = try? PercentEncoding.decode(String(text)) else { throw malformed }
            return decoded
        }

        private static let malformed = RedisError(
            .configuration,
            "Redis' URL is malformed. Write it as redis://user:password@host:port/number, or unix:///path?db=number."
        )

        private static var noTLS: RedisError {
            RedisError(
                .configuration,
                martlet_hiredis_has_tls()
                    ? "rediss:// is not supported yet. Use redis:// through a tunnel such as stunnel, or a Unix-domain socket."
                    : """
                    rediss:// needs TLS, which the installed hiredis is built without. Use redis:// through a tunnel such as \
                    stunnel, or a Unix-domain socket.
                    """
            )
        }
    }
#endif
