import HTTPWire
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The Date field as it stands on the wire, rendered once a second (RFC 9110 section 6.6.1).
struct DateLine {
    private var second: time_t = 0
    private var rendered = ByteBuffer()

    mutating func now() -> ByteBuffer {
        let second = time(nil)
        if second != self.second || rendered.readableBytes == 0 {
            self.second = second
            rendered = ByteBuffer()
            rendered.writeStaticString("Date: ")
            rendered.writeHTTPDate(HTTPDate(secondsSince1970: Int64(second)))
            rendered.writeStaticString("\r\n")
        }
        return rendered
    }
}
