import TestProcesses

extension SeededGenerator {
    /// Bytes and words that parsers trip over.
    private static let interesting: [[UInt8]] =
        [
            "\r\n", "\r", "\n", " ", "\t", ":", ",", ";", "\0", "\u{7F}", "\u{B}", "\"", "%", "#", "?", "*", "/", "@",
            "[",
            "0", "9", "+", "-", "x", "Host: a\r\n", "Host: b\r\n", "Content-Length: 5\r\n", "Content-Length: 0\r\n",
            "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Connection: close\r\n",
            " chunked",
            "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "GET ", "CONNECT ", "OPTIONS ", "PRI ", "http://a/",
            "\r\n\r\n",
            "X: y\r\n", " folded\r\n", "Upgrade: websocket\r\n", "Connection: upgrade\r\n", "Expect: 100-continue\r\n",
        ].map { Array($0.utf8) } + [[0x80], [0xFF], [0xA0], [0x85]]

    /// A variation of some bytes, one to three steps away.
    mutating func mutate(_ bytes: [UInt8], with others: [[UInt8]]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &self) {
            let position = Int.random(in: 0...bytes.count, using: &self)
            let end = min(bytes.count, position + Int.random(in: 0...8, using: &self))
            switch Int.random(in: 0..<8, using: &self) {
            case 0, 1:
                bytes.insert(contentsOf: Self.interesting.randomElement(using: &self) ?? [], at: position)
            case 2, 3:
                bytes.replaceSubrange(position..<end, with: Self.interesting.randomElement(using: &self) ?? [])
            case 4:
                bytes.removeSubrange(position..<end)
            case 5:
                bytes.insert(contentsOf: Array(bytes[position..<end]), at: position)
            case 6 where position < bytes.count:
                bytes[position] = UInt8.random(in: 0...255, using: &self)
            default:
                // The beginning of one request and the end of another.
                let other = others.randomElement(using: &self) ?? []
                bytes = Array(bytes[..<position]) + other.dropFirst(Int.random(in: 0...other.count, using: &self))
            }
        }
        return bytes
    }
}
