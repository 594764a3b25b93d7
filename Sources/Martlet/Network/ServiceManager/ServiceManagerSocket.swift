import CLibrary

/// Sends notices to a service manager, which never waits and never answers.
enum ServiceManagerSocket {
    /// Sends a notice.
    ///
    /// - Returns: Whether the system has taken it.
    static func send(_ notice: String, to socket: ServiceManagerSettings.Socket) -> Bool {
        #if os(Linux)
            let type = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        #else
            let type = SOCK_DGRAM
        #endif
        let descriptor = CLibrary.socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { return false }
        defer { SystemSocket.close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name: [UInt8] =
            switch socket {
            case .path(let path): Array(path.utf8)
            // The byte 0 in front is what makes it abstract.
            case .abstract(let name): [0] + name.utf8
            }
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { place in
            guard name.count <= place.count else { return false }
            place.copyBytes(from: name)
            return true
        }
        guard fits else { return false }
        // The length says where an abstract name ends; a path ends with the byte 0 that follows.
        let prefix = MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: address.sun_path)
        let length = if case .abstract = socket { prefix + name.count } else { MemoryLayout<sockaddr_un>.size }
        let bytes = Array(notice.utf8)
        let sent = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, CInt(MSG_DONTWAIT), $0, socklen_t(length))
            }
        }
        return sent == bytes.count
    }
}
