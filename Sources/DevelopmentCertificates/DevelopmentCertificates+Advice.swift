extension DevelopmentCertificates {
    /// The curl command for a URL on this machine.
    package func curl(_ url: String) -> String {
        Self.curl(url, authority: authority)
    }

    /// The curl command for a URL on this machine, with certificates in their default directory.
    package static func defaultCurl(_ url: String) -> String {
        curl(url, authority: "\(defaultDirectory ?? ".")/\(authorityName)")
    }

    private static func curl(_ url: String, authority: String) -> String {
        "curl --cacert \(quoted(authority)) \(url)"
    }

    /// How to make browsers and other programs trust the authority, line by line. The decision is the user's.
    package var advice: [String] {
        let file = Self.quoted(authority)
        #if os(macOS)
            let system = [
                "  everywhere:  security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db \(file)"
            ]
        #else
            let copy = "/usr/local/share/ca-certificates/martlet-development.crt"
            let system = [
                "  the system:  sudo cp \(file) \(copy) && sudo update-ca-certificates",
                "  Chromium:    certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n martlet-development -i \(file)",
            ]
        #endif
        return [
            "A certificate authority for https on this machine has been created: \(authority)",
            "It can issue certificates for localhost only. To make programs trust it:",
            "  curl:        \(curl("https://localhost:…"))",
            "  Martlet:     martlet get --cacert \(file) https://localhost:…",
        ] + system + ["  Firefox:     Settings, Certificates, Authorities, Import"]
    }

    /// A path quoted for a shell.
    private static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            switch byte {
            case 0x2B...0x3A, 0x40...0x5A, 0x5F, 0x61...0x7A: true  // + , - . / 0-9 : @ A-Z _ a-z
            default: false
            }
        }
        return isPlain
            ? path : "'\(path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
    }
}
