import HTTPWire

extension CurlCommand {
    mutating func append(_ output: OutputOptions) {
        if let path = output.output { append("--output", path) }
        if output.remoteName { append("--remote-name") }
        if output.continues { append("--continue-at", "-") }
        if output.include { append("--include") }
        if output.verbose { append("--verbose") }
        if output.quiet { append("--silent") }
        let savesContent = output.remoteName || (output.output ?? "-") != "-"
        if output.fail { append(savesContent ? "--fail" : "--fail-with-body") }
    }

    mutating func append(_ connection: ConnectionOptions) {
        if connection.follow { append("--location", "--max-redirs", "\(connection.maxRedirects)") }
        if let user = connection.user {
            append("--user", user.password.map { "\(user.name):\($0)" } ?? user.name)
        }
        if connection.digest { append("--digest") }
        if let token = connection.bearer { append("--oauth2-bearer", token) }
        if connection.netrc { append("--netrc") }
        if let path = connection.netrcFile { append("--netrc-file", path) }
        if let proxy = connection.proxy { append("--proxy", proxy) }
        if connection.tunnel { append("--proxytunnel") }
        if let path = connection.unixSocket { append("--unix-socket", path) }
        for entry in connection.resolve {
            let address = entry.address.contains(":") ? "[\(entry.address)]" : entry.address
            if IPAddressBytes.bytes(of: entry.address) == nil {
                // curl's --resolve takes no names.
                append("--connect-to", "\(entry.host):\(entry.port):\(address):\(entry.port)")
            } else {
                append("--resolve", "\(entry.host):\(entry.port):\(address)")
            }
        }
        switch connection.version {
        case .http1: append("--http1.1")
        case .http2: append("--http2")
        case .http2PriorKnowledge: append("--http2-prior-knowledge")
        case nil: break
        }
        append(connection.security)
        if let timeout = connection.timeout { append("--max-time", timeout.curlText) }
        if let timeout = connection.connectTimeout { append("--connect-timeout", timeout.curlText) }
        if let timeout = connection.readTimeout {
            append("--speed-limit", "1", "--speed-time", "\(Int(timeout.seconds.rounded(.up)))")
        }
    }

    private mutating func append(_ security: SecurityOptions) {
        if let path = security.cacert { append("--cacert", path) }
        if security.insecure { append("--insecure") }
        if let path = security.cert { append("--cert", path) }
        if let path = security.key { append("--key", path) }
    }
}

extension SecondsArgument {
    fileprivate var seconds: Double { duration / .seconds(1) }

    /// The number without a fraction of zero.
    fileprivate var curlText: String {
        seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
    }
}
