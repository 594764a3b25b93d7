import CLibrary
import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

extension HTTPServerRequest {
    /// The content as a form, whichever way it is encoded: `application/x-www-form-urlencoded` or
    /// `multipart/form-data`.
    ///
    /// If the handler rethrows the errors, the answer is 400 for what is malformed or not text in its character set,
    /// 413 or 431 for what exceeds the limits, and 415 for another media type, an unknown character set or a content
    /// coding.
    ///
    /// - Throws: `MultipartError`, `QueryParameters.ParsingError`, `HTTPBodyError`, `HTTPError`; `FileError` when the
    ///   disk fails.
    public func form(limits: FormLimits = FormLimits()) async throws -> HTTPForm {
        try requireNoContentCoding()
        return try await HTTPForm(reading: body, type: headers.contentType, limits: limits, encoding: .utf8)
    }
}

extension HTTPForm {
    init(reading body: HTTPBody, type: MediaType?, limits: FormLimits, encoding: TextEncoding) async throws {
        switch type?.essence {
        case MediaType.formURLEncoded.essence:
            try await self.init(urlEncoded: body, type: type, limits: limits, encoding: encoding)
        case MediaType.multipartFormData.essence:
            try await self.init(multipart: body, type: type, limits: limits, encoding: encoding)
        default:
            let wanted = "\(MediaType.formURLEncoded) or \(MediaType.multipartFormData)"
            throw MultipartError.unsupportedMediaType(wanted: wanted)
        }
    }

    private init(
        urlEncoded body: HTTPBody,
        type: MediaType?,
        limits: FormLimits,
        encoding: TextEncoding
    ) async throws {
        let bytes = try await body.collect(upTo: min(limits.textBytes, limits.totalBytes))
        var encoding = try TextEncoding(of: type, otherwise: encoding)
        let text = try TextEncoding.utf8.decode(bytes)
        if text.contains("_charset_="),
            let charset = try QueryParameters(text, limit: limits.fieldCount, encoding: .latin1)["_charset_"]
        {
            encoding = try TextEncoding(formCharset: charset)
        }
        self.init(fields: try QueryParameters(text, limit: limits.fieldCount, encoding: encoding))
    }

    private init(
        multipart body: HTTPBody,
        type: MediaType?,
        limits: FormLimits,
        encoding: TextEncoding
    ) async throws {
        self.init()
        var texts: [(head: FormDataHead, bytes: ByteBuffer)] = []
        var (encoding, textAllowance, memoryAllowance) = (encoding, limits.textBytes, limits.memoryBytes)
        for try await part in try MultipartForm(body, type: type, limits: limits.multipart) {
            if part.isFile || !part.isText {
                let file = try await UploadedFile(reading: part, memory: memoryAllowance, in: limits.spoolDirectory)
                if file.isInMemory { memoryAllowance -= file.count }
                // This is how browsers send a file field in which no file was chosen.
                if !file.fileName.isEmpty || file.count > 0 { files.append(file) }
            } else {
                let bytes = try await part.collect(upTo: textAllowance)
                textAllowance -= bytes.readableBytes
                if part.isCharset { encoding = try TextEncoding(formCharset: TextEncoding.utf8.decode(bytes)) }
                texts.append((part.head, bytes))
            }
        }
        // Only after all have been read: the character set may come last.
        for (head, bytes) in texts {
            let text = try TextEncoding(of: head.mediaType, otherwise: encoding).decode(bytes)
            fields.append(name: head.name, value: text)
        }
    }
}

extension UploadedFile {
    /// Reads a part, into memory if it has no more than `memory` bytes.
    fileprivate init(reading part: MultipartPart, memory: Int, in directory: String?) async throws {
        head = part.head
        var whole = ByteBuffer()
        var writer: FileDraftWriter?
        for try await bytes in part.body {
            if writer == nil, bytes.readableBytes <= memory - whole.readableBytes {
                whole.writeImmutableBuffer(bytes)
                continue
            }
            if writer == nil {
                writer = try await FileDraftWriter(in: directory ?? Self.temporaryDirectory, permissions: 0o600)
                try await writer?.write(whole)
                whole = ByteBuffer()
            }
            try await writer?.write(bytes)
        }
        try await writer?.flush()
        count = writer?.count ?? whole.readableBytes
        storage = writer.map { .disk($0.draft) } ?? .memory(whole)
    }

    private static var temporaryDirectory: String {
        getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    }
}
