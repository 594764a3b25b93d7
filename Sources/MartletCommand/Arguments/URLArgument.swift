import HTTPWire

/// A URL as people write it: `localhost:4040/x` and `:4040/x` mean http, the latter on this machine.
enum URLArgument {
    /// The URL in full.
    static func expand(_ text: String) -> String {
        if HTTPURL.namesScheme(text) { return text }
        if text.hasPrefix("//") { return "http:\(text)" }
        if text.hasPrefix(":") || text.hasPrefix("/") { return "http://localhost\(text)" }
        return "http://\(text)"
    }

    /// The name for a file with what is at the URL: the last segment of its path.
    ///
    /// - Throws: ``CommandFailure`` when there is none that can be one.
    static func fileName(of url: HTTPURL) throws(CommandFailure) -> String {
        let segment = url.path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        let name = (try? PercentEncoding.decode(segment)) ?? ""
        // The server's owner has chosen the name: it must not lead elsewhere, hide, or look like an option.
        let isSafe =
            !name.isEmpty && name.utf8.first != UInt8(ascii: ".") && name.utf8.first != UInt8(ascii: "-")
            && name.utf8.count <= 255
            && !name.unicodeScalars.contains { $0 == "/" || $0 == "\\" || $0.value < 0x20 || $0.value == 0x7F }
        guard isSafe else {
            throw CommandFailure(.usage, "The URL ends with no name for a file. Choose one with --output.")
        }
        return name
    }
}
