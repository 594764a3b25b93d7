public import NIOCore

/// Writing streams of server-sent events (WHATWG HTML, section 9.2.5).
extension ByteBuffer {
    /// Writes an event, with the empty line that ends it.
    public mutating func writeServerSentEvent(_ event: ServerSentEvent) {
        writeServerSentEvent(event, id: event.id)
    }

    /// Writes an event with another id than its own.
    package mutating func writeServerSentEvent(_ event: ServerSentEvent, id: String?) {
        if let id { writeField("id: ", id) }
        if event.name != ServerSentEvent.defaultName { writeField("event: ", event.name) }
        writeField("data: ", event.data)
        writeStaticString("\n")
    }

    /// Writes a comment, which receivers ignore. It shows that the connection is alive.
    public mutating func writeServerSentComment(_ text: String = "") {
        writeField(text.isEmpty ? ":" : ": ", text)
        writeStaticString("\n")
    }

    /// Writes how long the client is to wait before it connects again, in whole milliseconds, at most 2³¹.
    public mutating func writeReconnectionTime(_ time: Duration) {
        let milliseconds = min(max(time / .milliseconds(1), 0), Double(Int32.max))
        writeField("retry: ", "\(Int(milliseconds.rounded()))")
        writeStaticString("\n")
    }

    /// Writes a field for each line of the text.
    private mutating func writeField(_ prefix: StaticString, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            while true {
                let end = bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.endIndex
                writeStaticString(prefix)
                writeBytes(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start..<end]))
                writeStaticString("\n")
                guard end < bytes.endIndex else { return }
                let isPair = bytes[end] == 0x0D && end + 1 < bytes.endIndex && bytes[end + 1] == 0x0A
                start = end + (isPair ? 2 : 1)
            }
        }
    }
}
