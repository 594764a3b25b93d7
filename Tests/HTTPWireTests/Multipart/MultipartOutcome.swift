import HTTPTypes
import HTTPWire
import NIOCore

/// What became of the bytes of a multipart content.
enum MultipartOutcome: Equatable {
    case failed(MultipartError)
    /// The parts, each with the lines of its head and its content, bytes as characters of the same number.
    case complete([Part])

    struct Part: Equatable, CustomStringConvertible {
        var head: [String]
        var content: String
        var description: String { "\(head) \(content.debugDescription)" }
    }

    /// Parses pieces as they come, to their end.
    static func parse(
        _ pieces: [ArraySlice<UInt8>],
        boundary: String,
        limits: MultipartLimits = MultipartLimits()
    ) -> MultipartOutcome {
        var parts: [Part] = []
        var isInsidePart = false
        var isAtEnd = false
        do throws(MultipartError) {
            var parser = MultipartParser(boundary: try MultipartBoundary(boundary), limits: limits)
            for piece in pieces {
                var buffer = ByteBuffer(bytes: piece)
                parsing: while true {
                    switch try parser.parse(&buffer) {
                    case .needsMoreBytes:
                        precondition(buffer.readableBytes == 0, "bytes are left")
                        break parsing
                    case .head(let fields):
                        precondition(!isInsidePart && !isAtEnd, "a head out of place")
                        isInsidePart = true
                        parts.append(Part(head: fields.map { "\($0.name.rawName): \($0.value)" }, content: ""))
                    case .content(let bytes):
                        precondition(isInsidePart && bytes.readableBytes > 0, "content out of place")
                        parts[parts.count - 1].content += bytes.readableBytesView.map { String(Unicode.Scalar($0)) }
                            .joined()
                    case .endOfPart:
                        precondition(isInsidePart, "an end out of place")
                        isInsidePart = false
                    case .end:
                        precondition(!isInsidePart && !isAtEnd, "the end out of place")
                        isAtEnd = true
                    }
                }
            }
            try parser.finish()
        } catch {
            return .failed(error)
        }
        precondition(isAtEnd, "complete without an end")
        return .complete(parts)
    }
}
