import CLibrary
import Testing

@testable import Martlet

/// Two sockets that are connected to each other, and do not block.
final class SocketPair: Sendable {
    let near: CInt
    let far: CInt

    init() throws {
        var pair: [CInt] = [0, 0]
        let type = CInt(1)  // SOCK_STREAM, whose type differs among C libraries
        let result = socketpair(AF_UNIX, type, 0, &pair)
        (near, far) = (pair[0], pair[1])
        try #require(result == 0)
        try SystemSocket.setNonBlocking(near)
        try SystemSocket.setNonBlocking(far)
    }

    deinit {
        SystemSocket.close(near)
        SystemSocket.close(far)
    }

    /// What has arrived at the far end.
    func received() -> String {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = recv(far, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }
}
