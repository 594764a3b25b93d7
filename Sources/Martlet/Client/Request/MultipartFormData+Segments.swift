import HTTPWire
import NIOCore

extension MultipartFormData {
    /// A piece of the content: its bytes, or where they come from.
    public enum Segment: Sendable {
        /// These bytes.
        case bytes(ByteBuffer)
        /// The first `length` bytes of this file.
        case file(path: String, length: Int)
        /// The bytes of this sequence: `length` of them, if that is known.
        case stream(ByteSource, length: Int?)
    }

    /// The pieces that make up the content, in order. What is in memory and adjacent is one piece.
    public var segments: Segments {
        Segments(form: self)
    }

    /// The bytes before the content of a part: delimiter, fields and empty line (RFC 7578 section 4.2).
    public func headBytes(of part: Part) -> ByteBuffer {
        var head = "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(part.name.multipartEscaped)\""
        if let fileName = part.fileName { head += "; filename=\"\(fileName.multipartEscaped)\"" }
        if let mediaType = part.mediaType { head += "\r\nContent-Type: \(mediaType)" }
        return ByteBuffer(string: head + "\r\n\r\n")
    }

    /// The closing delimiter, which follows the line break after the last part's content.
    public var closingBytes: ByteBuffer {
        ByteBuffer(string: "--\(boundary)--\r\n")
    }

    /// The pieces of a form's content.
    public struct Segments: Sequence, IteratorProtocol, Sendable {
        private let form: MultipartFormData
        private var index = 0
        /// What comes before the next part's head.
        private var pending = ByteBuffer()
        private var waiting: Segment?
        private var isAtEnd = false

        init(form: MultipartFormData) {
            self.form = form
        }

        /// The next piece; `nil` at the end.
        public mutating func next() -> Segment? {
            if let segment = waiting {
                waiting = nil
                return segment
            }
            while index < form.parts.count {
                let part = form.parts[index]
                index += 1
                pending.writeImmutableBuffer(form.headBytes(of: part))
                switch part.content {
                case .bytes(let bytes): pending.writeImmutableBuffer(bytes)
                case .file(let path, let length): waiting = .file(path: path, length: length)
                case .stream(let stream, let length): waiting = .stream(stream, length: length)
                }
                guard waiting != nil else {
                    pending.writeString("\r\n")
                    continue
                }
                let bytes = pending
                pending = ByteBuffer(string: "\r\n")
                return .bytes(bytes)
            }
            guard !isAtEnd else { return nil }
            isAtEnd = true
            pending.writeImmutableBuffer(form.closingBytes)
            return .bytes(pending)
        }
    }
}

extension String {
    /// The name of a field or a file as browsers send it (WHATWG HTML, "escape a multipart form data name").
    fileprivate var multipartEscaped: String {
        guard utf8.contains(where: { $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }) else { return self }
        var bytes: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case 0x22: bytes += "%22".utf8
            case 0x0A: bytes += "%0A".utf8
            case 0x0D: bytes += "%0D".utf8
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
