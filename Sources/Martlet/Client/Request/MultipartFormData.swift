import HTTPTypes
import HTTPWire
import NIOCore

/// A form with fields and files, the content of a request: `multipart/form-data` (RFC 7578).
///
/// ```swift
/// var form = MultipartFormData()
/// form.append("Han Solo", named: "name")
/// let picture = MultipartFormData.Content.file(path: "/tmp/falcon.png", length: 48_213)
/// form.append(picture, named: "picture", fileName: "falcon.png", mediaType: .png)
/// let response = try await client.post("https://example.com/heroes", body: .multipart(form))
/// ```
///
/// The value only describes the content; ``segments`` are what to send. Names of fields and files are escaped as
/// browsers do (WHATWG HTML section 4.10.21.8): UTF-8 stays, `"` becomes `%22`, CR `%0D` and LF `%0A`. Texts are sent
/// as they are.
public struct MultipartFormData: Sendable {
    /// Where the bytes of one part come from.
    public enum Content: Sendable {
        /// From memory.
        case bytes(ByteBuffer)
        /// From a file. `length` is how many bytes are sent from its start: the file must have as many.
        case file(path: String, length: Int)
        /// From a sequence that can be read once. `length` is the number of bytes if it is known.
        case stream(ByteSource, length: Int?)
    }

    /// One field of the form.
    public struct Part: Sendable {
        /// The name of the field.
        public let name: String
        /// The name of the file; `nil` for a field that is not a file.
        public let fileName: String?
        /// The media type; `nil` to send none, which means plain text.
        public let mediaType: MediaType?
        /// Where the bytes come from.
        public let content: Content

        /// How many bytes the content has; `nil` if that is not known.
        public var length: Int? {
            switch content {
            case .bytes(let buffer): buffer.readableBytes
            case .file(_, let length): length
            case .stream(_, let length): length
            }
        }
    }

    /// The delimiter between the parts: 1 to 70 characters that occur in none of them.
    public let boundary: String
    /// The parts in order.
    public private(set) var parts: [Part] = []

    /// A form without fields, with a random boundary that can't be guessed.
    public init() {
        boundary = "martlet-\(RandomText.hexadecimal())"
    }

    /// A form without fields.
    ///
    /// - Throws: `FieldValueError.invalidValue` if `boundary` is not 1 to 70 letters, digits and `'()+_,-./:=?` (RFC
    ///   2046 section 5.1.1).
    public init(boundary: String) throws(FieldValueError) {
        guard 1...70 ~= boundary.utf8.count, boundary.utf8.allSatisfy(\.isBoundaryCharacter) else {
            throw .invalidValue(boundary)
        }
        self.boundary = boundary
    }

    /// Adds a field of text.
    public mutating func append(_ text: String, named name: String) {
        append(.bytes(ByteBuffer(string: text)), named: name)
    }

    /// Adds a field.
    ///
    /// - Parameters:
    ///   - content: The content of the part.
    ///   - name: The name of the field.
    ///   - fileName: The name of the file, without folders. None by default: the field is not a file.
    ///   - mediaType: The media type. By default none for fields, and `application/octet-stream` for files.
    public mutating func append(
        _ content: Content,
        named name: String,
        fileName: String? = nil,
        mediaType: MediaType? = nil
    ) {
        let mediaType = mediaType ?? (fileName == nil ? nil : .octetStream)
        parts.append(Part(name: name, fileName: fileName, mediaType: mediaType, content: content))
    }

    /// The value of `Content-Type`.
    public var contentType: MediaType {
        // A checked boundary is a valid parameter value.
        (try? MediaType(type: "multipart", subtype: "form-data", parameters: FieldParameters(["boundary": boundary])))
            ?? .octetStream
    }

    /// How many bytes the whole content has; `nil` if a stream of unknown length is among the parts.
    public var contentLength: Int? {
        var sum = closingBytes.readableBytes
        for part in parts {
            guard let length = part.length, length >= 0 else { return nil }
            for number in [headBytes(of: part).readableBytes, length, 2] {
                let (next, overflow) = sum.addingReportingOverflow(number)
                if overflow { return nil }
                sum = next
            }
        }
        return sum
    }

    /// Whether the content can be sent a second time, which a stream among the parts prevents.
    public var isRepeatable: Bool {
        parts.allSatisfy { part in
            if case .stream = part.content { false } else { true }
        }
    }
}

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
        /// The bytes before the next part's head.
        private var pending = ByteBuffer()
        private var waiting: Segment?
        private var isAtEnd = false

        fileprivate init(form: MultipartFormData) {
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
