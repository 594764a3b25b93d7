import HTTPTypes
import HTTPWire
import NIOCore

/// A form with fields and files, the content of a request: `multipart/form-data` (RFC 7578).
///
/// ```swift
/// var form = MultipartFormData()
/// form.append("Han Solo", named: "name")
/// form.append(.file(path: "/tmp/falcon.png", length: 48_213), named: "picture", fileName: "falcon.png", mediaType: .png)
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
        /// The name of the file; `nil` for a field that is none.
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
    ///   - name: The name of the field.
    ///   - fileName: The name of the file, without folders. Defaults to none: not a file.
    ///   - mediaType: The media type. Defaults to none for fields, to `application/octet-stream` for files.
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
