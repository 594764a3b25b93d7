import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// The content of a request as the command line describes it, before any file is read.
enum RequestContent: Equatable, Sendable {
    /// Texts and files that are joined with `&`: the fields of a form, URL-encoded, unless a header field says
    /// otherwise.
    case data([ContentArgument])
    case json(ContentArgument)
    /// A form with files (multipart/form-data).
    case multipart([FormField])

    /// The header fields that go with the content.
    var fields: HTTPFields {
        if case .json = self { [.accept: "application/json, */*;q=0.5"] } else { [:] }
    }

    /// The content to send.
    func body() async throws -> HTTPRequestBody {
        switch self {
        case .json(let source):
            return try await source.body(type: "application/json")
        case .multipart(let fields):
            return .multipart(try await fields.multipart())
        case .data(let pieces):
            let type = MediaType.formURLEncoded.description
            if let piece = pieces.first, pieces.count == 1 { return try await piece.body(type: type) }
            var whole = ByteBuffer()
            for (index, piece) in pieces.enumerated() {
                if index > 0 { whole.writeString("&") }
                whole.writeImmutableBuffer(try await piece.collect())
            }
            return .buffer(whole, contentType: type)
        }
    }
}

extension [FormField] {
    /// The sources of the fields that are not texts.
    var sources: [ContentArgument] {
        flatMap(\.parts).compactMap { part in
            if case .file(let source) = part.content { source } else { nil }
        }
    }

    fileprivate func multipart() async throws -> MultipartFormData {
        var data = MultipartFormData()
        for field in self {
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
