import HTTPTypes
import NIOHTTP2

extension HTTPTypes.HTTP2ErrorCode {
    /// The code as NIO has it.
    init(_ code: NIOHTTP2.HTTP2ErrorCode) {
        self.init(rawValue: UInt32(clamping: code.networkCode))
    }
}
