import HTTPTypes
import HTTPWire
import NIOCore

/// What has to hold for multipart contents: they do not depend on how their bytes were cut, nothing but boundaries and
/// heads is lost, and what is written of one is read as the same.
enum MultipartProperties {
    private enum Outcome: Equatable {
        case failed(MultipartError)
        case complete([Part])
    }

    private struct Part: Equatable {
        var head: HTTPFields
        var content: [UInt8]
    }

    static func checkContent(_ bytes: [UInt8]) {
        var small = MultipartLimits()
        small.partCount = 2
        small.headBytes = 40
        small.fieldCount = 1
        small.surroundingBytes = 4
        small.totalBytes = 100
        for limits in [MultipartLimits(), small] {
            let outcomes = cuts(of: bytes).map { outcome(of: $0, limits) }
            for outcome in outcomes { expectEqual(outcome, outcomes[0], "depends on the cut") }
            guard case .complete(let parts) = outcomes[0] else { continue }
            var copy = ByteBuffer()
            do {
                for part in parts {
                    copy.writeString("--b\r\n")
                    for field in part.head { try copy.writeFields([field.name: field.value]) }
                    copy.writeString("\r\n")
                    copy.writeBytes(part.content)
                    copy.writeString("\r\n")
                }
            } catch {
                // Some fields may be in a part that HTTP itself does not let a message have.
                continue
            }
            copy.writeString("--b--\r\n")
            let again = outcome(of: [Array(copy.readableBytesView)[...]], MultipartLimits())
            guard case .complete(let others) = again else { fatalError("written and not read again: \(again)") }
            expectEqual(others.map(\.content), parts.map(\.content), "written and read again")
        }
    }

    /// The same in one form: the value of a `Content-Disposition`.
    static func checkHead(_ bytes: [UInt8]) {
        let value = String(decoding: bytes, as: UTF8.self)
        var fields = HTTPFields()
        fields.append(HTTPField(name: .contentDisposition, value: value))
        if let disposition = ContentDisposition(value) {
            let again = ContentDisposition(disposition.description)
            expectEqual(again?.parameters, disposition.parameters, "written and read again")
        }
        guard let head = try? FormDataHead(fields) else { return }
        let written = ContentDisposition(.attachment, fileName: head.fileName)
        expectEqual(ContentDisposition(written.description)?.fileName, written.fileName, "written and read again")
        _ = TextEncoding(charset: head.name)
    }

    private static func outcome(of pieces: [ArraySlice<UInt8>], _ limits: MultipartLimits) -> Outcome {
        var parts: [Part] = []
        do throws(MultipartError) {
            var parser = MultipartParser(boundary: try MultipartBoundary("b"), limits: limits)
            for piece in pieces {
                var buffer = ByteBuffer(bytes: piece)
                parsing: while true {
                    switch try parser.parse(&buffer) {
                    case .needsMoreBytes:
                        expectEqual(buffer.readableBytes, 0, "bytes are left")
                        break parsing
                    case .head(let fields): parts.append(Part(head: fields, content: []))
                    case .content(let bytes):
                        guard bytes.readableBytes > 0, !parts.isEmpty else { fatalError("content out of place") }
                        parts[parts.count - 1].content += bytes.readableBytesView
                    case .endOfPart, .end: break
                    }
                }
            }
            try parser.finish()
        } catch {
            return .failed(error)
        }
        return .complete(parts)
    }
}
