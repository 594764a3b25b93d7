import HTTPTypes
import HTTPWire
import NIOCore

/// The character sets that text may come in.
enum TextEncoding {
    case utf8
    case ascii
    case latin1

    /// The character set that `Content-Type` names; UTF-8 when it names none.
    ///
    /// - Throws: ``HTTPError`` with 415 for one that is not known.
    init(of fields: HTTPFields) throws(HTTPError) {
        guard let charset = fields.contentType?.charset else {
            self = .utf8
            return
        }
        switch charset.lowercased() {
        case "utf-8", "utf8": self = .utf8
        case "us-ascii", "ascii": self = .ascii
        case "iso-8859-1", "latin1", "iso_8859-1", "l1": self = .latin1
        default: throw HTTPError(.unsupportedMediaType, "The character set \(charset) is not known; send UTF-8.")
        }
    }

    /// - Throws: ``HTTPError`` with 400 when the bytes are not text in this character set.
    func decode(_ bytes: ByteBuffer) throws(HTTPError) -> String {
        let view = bytes.readableBytesView
        switch self {
        case .utf8:
            guard let text = String(validating: view, as: UTF8.self) else {
                throw HTTPError(.badRequest, "The content is not valid UTF-8.")
            }
            return text
        case .ascii:
            guard view.allSatisfy({ $0 < 0x80 }) else { throw HTTPError(.badRequest, "The content is not ASCII.") }
            return String(decoding: view, as: UTF8.self)
        case .latin1:
            return String(String.UnicodeScalarView(view.map { Unicode.Scalar($0) }))
        }
    }
}
