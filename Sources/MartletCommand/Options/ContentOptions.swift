import ArgumentParser
import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// The options for the content of a request.
struct ContentOptions: ParsableArguments, Sendable {
    @Option(
        name: [.customShort("d"), .long],
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Send this text, or @file, or @- for standard input, unchanged. Several are joined with “&”.",
            discussion: "The type is application/x-www-form-urlencoded unless --header sets another one.",
            valueName: "content"
        )
    )
    var data: [ContentArgument] = []

    @Option(
        name: .customLong("data-urlencode"),
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Send this field of a form, URL-encoded.", valueName: "name=value")
    )
    var pairs: [FormPair] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Send this JSON, or @file, or @-, and request JSON.", valueName: "json")
    )
    var json: ContentArgument?

    @Option(
        name: [.customShort("F"), .long],
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Send this field of a form (multipart/form-data), or a file as name=@file[;type=…][;filename=…].",
            discussion: """
                As in curl, several files are separated by commas, name=<file sends the contents of a file as text, and
                values with commas, semicolons or blanks at their ends need double quotes: name=@"a,b;c.png".
                """,
            valueName: "name=value"
        )
    )
    var form: [FormField] = []

    func validate() throws {
        let kinds = [!data.isEmpty || !pairs.isEmpty, json != nil, !form.isEmpty].filter { $0 }.count
        if kinds > 1 { throw ValidationError("Use only one of --data, --json and --form.") }
        let inputs = (data + [json].compactMap { $0 } + form.flatMap(\.sources)).filter { $0 == .standardInput }.count
        if inputs > 1 { throw ValidationError("Standard input can be read only once. Use @- only once.") }
    }

    /// The content; nil if there is none.
    func body() async throws -> HTTPRequestBody? {
        if let json { return try await json.body(type: "application/json") }
        if !form.isEmpty { return .multipart(try await multipart()) }
        if data.isEmpty, pairs.isEmpty { return nil }
        let type = MediaType.formURLEncoded.description
        if pairs.isEmpty, data.count == 1 { return try await data[0].body(type: type) }
        var parts: [ByteBuffer] = []
        for piece in data { parts.append(try await piece.collect()) }
        if !pairs.isEmpty {
            var parameters = QueryParameters()
            for pair in pairs { parameters.append(name: pair.name, value: pair.value) }
            parts.append(ByteBuffer(string: parameters.description))
        }
        var whole = ByteBuffer()
        for (index, part) in parts.enumerated() {
            if index > 0 { whole.writeString("&") }
            whole.writeImmutableBuffer(part)
        }
        return .buffer(whole, contentType: type)
    }

    /// The fields that go with the content.
    var fields: HTTPFields {
        json == nil ? [:] : [.accept: "application/json, */*;q=0.5"]
    }

    private func multipart() async throws -> MultipartFormData {
        var data = MultipartFormData()
        for field in form {
            for part in field.parts {
                let content: MultipartFormData.Content =
                    switch part.content {
                    case .text(let text): .bytes(ByteBuffer(string: text))
                    case .file(let source): try await source.part()
                    }
                data.append(content, named: field.name, fileName: part.fileName, mediaType: part.mediaType)
            }
        }
        return data
    }
}

extension FormField {
    fileprivate var sources: [ContentArgument] {
        parts.compactMap { part in
            if case .file(let source) = part.content { source } else { nil }
        }
    }
}
