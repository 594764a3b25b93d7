import HTTPTypes
import HTTPWire

/// The curl command that sends the same request.
///
/// A plain value: `words` are its arguments, and its description is a line for a POSIX shell. Fields that say which
/// program sends the request, such as `User-Agent`, are left to curl unless the user has set them.
struct CurlCommand: CustomStringConvertible {
    private(set) var words: [String]

    /// - Parameter headers: Those of the command line and of the session, and the cookies.
    init(
        _ method: HTTPRequest.Method,
        _ url: HTTPURL,
        content: RequestContent?,
        headers: [HeaderArgument],
        output: OutputOptions,
        connection: ConnectionOptions
    ) throws(CommandFailure) {
        words = ["curl"]
        append(method, hasContent: content != nil)
        words.append(url.withFragment(nil).description)
        var fields = headers
        func setDefault(_ name: HTTPField.Name, _ value: String) {
            if !fields.contains(where: { $0.name == name }) { fields.append(HeaderArgument(name: name, value: value)) }
        }
        if case .json = content {
            setDefault(.contentType, "application/json")
            for field in content?.fields ?? [:] { setDefault(field.name, field.value) }
        }
        if content == nil, [.post, .put, .patch].contains(method) { setDefault(.contentLength, "0") }
        for field in fields { append("--header", field.argument) }
        if let content { try append(content) }
        if connection.compressed, !output.continues, !fields.contains(where: { $0.name == .acceptEncoding }) {
            words.append("--compressed")
        }
        append(output)
        append(connection)
    }

    var description: String { words.map(ShellWord.quoted).joined(separator: " ") }

    mutating func append(_ words: String...) {
        self.words += words
    }

    /// The method, unless it is the one that curl takes by itself.
    private mutating func append(_ method: HTTPRequest.Method, hasContent: Bool) {
        switch (method, hasContent) {
        case (.get, false), (.post, true): break
        case (.head, false): append("--head")
        default: append("--request", method.rawValue)
        }
    }

    private mutating func append(_ content: RequestContent) throws(CommandFailure) {
        switch content {
        case .json(let source):
            append(source)
        case .data(let pieces):
            for piece in pieces { append(piece) }
        case .multipart(let fields):
            for field in fields {
                for part in field.parts { try append(part, named: field.name) }
            }
        }
    }

    private mutating func append(_ source: ContentArgument) {
        switch source {
        case .text(let text): append("--data-raw", text)
        case .file(let path): append("--data-binary", "@\(path)")
        case .standardInput: append("--data-binary", "@-")
        }
    }

    private mutating func append(_ part: FormField.Part, named name: String) throws(CommandFailure) {
        guard !name.contains("=") else {
            throw CommandFailure(.usage, "curl can't send a field of a form whose name has an equals sign: \(name)")
        }
        if case .text(let text) = part.content, part.fileName == nil, part.mediaType == nil {
            return append("--form-string", "\(name)=\(text)")
        }
        var value =
            switch part.content {
            case .text(let text): Self.quoted(text)
            case .file(.standardInput): part.fileName == nil ? "<-" : "@-"
            case .file(.file(let path)), .file(.text(let path)): (part.fileName == nil ? "<" : "@") + Self.quoted(path)
            }
        if let type = part.mediaType {
            value += ";type=\(type)"
        } else if part.fileName != nil {
            // curl would guess one.
            value += ";type=\(MediaType.octetStream)"
        }
        if let fileName = part.fileName { value += ";filename=\(Self.quoted(fileName))" }
        append("--form", "\(name)=\(value)")
    }

    /// A word of curl's grammar for forms.
    private static func quoted(_ word: String) -> String {
        let escaped = word.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped)\""
    }
}
