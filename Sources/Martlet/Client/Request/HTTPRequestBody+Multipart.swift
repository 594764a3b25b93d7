import HTTPWire
import NIOCore

extension HTTPRequestBody {
    /// A form with files (RFC 7578). What is not in memory is read while it is sent.
    ///
    /// ```swift
    /// var form = MultipartFormData()
    /// form.append("Han Solo", named: "name")
    /// try await client.post(url, body: .multipart(form))
    /// ```
    public static func multipart(_ form: MultipartFormData) -> HTTPRequestBody {
        HTTPRequestBody(
            length: form.contentLength,
            contentType: form.contentType.description,
            isRepeatable: form.isRepeatable
        ) { body in
            for segment in form.segments {
                switch segment {
                case .bytes(let bytes):
                    try await body.send(.buffer(bytes))
                case .file(let path, let length):
                    try await body.send(contentsOf: path, length: length)
                case .stream(let source, _):
                    try await source.forEach { try await body.send(.buffer($0)) }
                }
            }
        }
    }
}
