import HTTPWire

/// A URL as people type it: `localhost:4040/x` and `:4040/x` mean http, the latter on this machine.
enum URLArgument {
    /// The full URL.
    static func expand(_ text: String) -> String {
        if HTTPURL.namesScheme(text) { return text }
        if text.hasPrefix("//") { return "http:\(text)" }
        if text.hasPrefix(":") || text.hasPrefix("/") { return "http://localhost\(text)" }
        return "http://\(text)"
    }

    /// The name of a file for the content of a URL: the last segment of its path.
    ///
    /// - Throws: ``CommandFailure`` if there is none, or it is not a safe file name.
    static func fileName(of url: HTTPURL) throws(CommandFailure) -> String {
        let segment = url.path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        let name = (try? PercentEncoding.decode(segment)) ?? ""
        // The server has chosen the name: it must not lead to another directory, be hidden, or look like an option.
        let isSafe =
            !name.isEmpty && name.utf8.first != UInt8(ascii: ".") && name.utf8.first != UInt8(ascii: "-")
            && name.utf8.count <= 255
            && !name.unicodeScalars.contains { $0 == "/" || $0 == "\\" || $0.value < 0x20 || $0.value == 0x7F }
        guard isSafe else {
            throw CommandFailure(.usage, "The URL does not end with a file name. Choose one with --output.")
        }
        return name
    }
}

extension HTTPURL {
    /// The scheme of the server, which is that of HTTP for a WebSocket too: `https` or `http`.
    var serverScheme: String { ["https", "wss"].contains(scheme) ? "https" : "http" }
}
