import CLibrary

/// The listening sockets that systemd has passed to the process, by the protocol of sd_listen_fds(3): descriptors from 3
/// on, of which `LISTEN_FDS` says how many there are, `LISTEN_PID` for which process, and `LISTEN_FDNAMES` how they are
/// named. A plain value that opens and closes nothing.
struct InheritedSockets {
    /// One of the sockets.
    struct Socket: Equatable {
        let descriptor: CInt
        let name: String
    }

    /// How many sockets may be passed.
    static let maximumCount = 1_024
    /// The longest name, in bytes, as systemd has it.
    static let maximumNameLength = 255

    /// The sockets that were passed, in order.
    let passed: [Socket]
    private var taken: Set<CInt> = []

    /// - Parameters:
    ///   - count: `LISTEN_FDS`.
    ///   - process: `LISTEN_PID`.
    ///   - names: `LISTEN_FDNAMES`.
    ///   - id: The id of this process. Sockets for another one, such as a shell that has started this one, are not ours.
    ///   - first: The first descriptor.
    /// - Throws: ``SocketError`` if what the variables say makes no sense.
    init(count: String?, process: String?, names: String?, of id: Int32, first: CInt = 3) throws(SocketError) {
        guard let count, let process else {
            passed = []
            return
        }
        guard let process = Self.number(process) else {
            throw Self.failure("LISTEN_PID is not the number of a process: \(Self.excerpt(process))")
        }
        guard process == Int(id) else {
            passed = []
            return
        }
        guard let number = Self.number(count), number <= Self.maximumCount else {
            throw Self.failure("LISTEN_FDS is not a number of sockets up to 1024: \(Self.excerpt(count))")
        }
        var texts = [String](repeating: "unknown", count: number)
        if let names {
            texts = names.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            // No names are one empty name.
            if number == 0, names.isEmpty { texts = [] }
            guard texts.count == number else {
                throw Self.failure("LISTEN_FDNAMES has \(texts.count) names, LISTEN_FDS says \(number)")
            }
            guard texts.allSatisfy({ $0.utf8.count <= Self.maximumNameLength }) else {
                throw Self.failure("LISTEN_FDNAMES has a name of more than 255 bytes")
            }
        }
        passed = texts.enumerated().map { Socket(descriptor: first + CInt($0), name: $1) }
    }

    /// The sockets that have not been taken yet.
    var remaining: [Socket] { passed.filter { !taken.contains($0.descriptor) } }

    /// The only remaining socket or, with a name, the only one of that name; nil if the process was passed none at all.
    ///
    /// - Throws: ``SocketError`` if there is no such socket, or more than one.
    func choose(_ name: String?) throws(SocketError) -> Socket? {
        guard !passed.isEmpty else { return nil }
        let candidates = remaining.filter { name == nil || $0.name == name }
        if candidates.count <= 1, let only = candidates.first { return only }
        guard candidates.isEmpty else {
            guard let name else { throw Self.failure("there are several: ask for one of \(Self.list(candidates))") }
            throw Self.failure(
                "\(candidates.count) are named \(Self.excerpt(name)): "
                    + "give each unit a FileDescriptorName= of its own, or take all of them"
            )
        }
        guard let name else { throw Self.failure("all of them have been taken: \(Self.list(passed))") }
        guard !passed.contains(where: { $0.name == name }) else {
            throw Self.failure("the one named \(Self.excerpt(name)) has been taken")
        }
        throw Self.failure("none is named \(Self.excerpt(name)), only \(Self.list(passed))")
    }

    /// Notes that a socket belongs to a server now.
    mutating func take(_ socket: Socket) {
        taken.insert(socket.descriptor)
    }

    // MARK: Text

    static func failure(_ message: String) -> SocketError {
        SocketError(operation: "inherit a socket", code: nil, message: message)
    }

    /// A decimal number without a sign.
    private static func number(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 10, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        return Int(text)
    }

    private static func list(_ sockets: [Socket]) -> String {
        let names = sockets.prefix(10).map { excerpt($0.name) }.joined(separator: ", ")
        return sockets.count > 10 ? names + " …" : names
    }

    /// A short, printable form of a value that may be anything.
    private static func excerpt(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(40).map { $0.isASCII && $0.value >= 0x20 && $0.value < 0x7F ? $0 : "?" }
        return "\"" + String(String.UnicodeScalarView(shown)) + (shown.count < text.unicodeScalars.count ? "…\"" : "\"")
    }
}
