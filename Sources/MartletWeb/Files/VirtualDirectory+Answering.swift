import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// Sending what was found.
extension VirtualDirectory {
    func answer(_ request: HTTPServerRequest, _ found: Found, _ demand: Demand) async throws {
        switch found {
        case .resource(let resource, let varies):
            try await send(resource, varies: varies, to: request, demand)
        case .compressible(let resource):
            try await send(await compressed(resource) ?? resource, varies: true, to: request, demand)
        case .directory(let path, let metadata):
            try await answerDirectory(Directory(path: path, metadata: metadata, files: self), request)
        case .redirect(let path):
            let query = request.url.query.map { "?\($0)" } ?? ""
            let location = request.mountPath + (path.names.isEmpty ? "" : path.encoded) + "/" + query
            try await request.response.redirect(to: location, status: .movedPermanently)
        case .error(let status):
            try await answerError(status, request)
        }
    }

    /// Answers with the configured page, or else throws an ``HTTPError``, which the server answers.
    func answerError(
        _ status: HTTPResponse.Status,
        _ request: HTTPServerRequest,
        headers: HTTPFields = [:]
    ) async throws {
        guard let handler = configuration.errorPageHandler else { throw HTTPError(status, headers: headers) }
        let response = request.response
        response.status = status
        for field in headers {
            // Other parts of the program may have added fields that the response depends on.
            if field.name == .vary {
                response.headers.append(field)
            } else {
                response.headers[field.name] = field.value
            }
        }
        try await handler(request)
    }

    /// Answers as the conditions and ranges of the request demand, in the order of RFC 9110 section 13.2.2.
    private func send(
        _ resource: FileResource,
        varies: Bool,
        to request: HTTPServerRequest,
        _ demand: Demand
    ) async throws {
        let response = request.response
        if demand.hasConditions {
            let conditions = Preconditions(request.headers)
            switch conditions.evaluate(
                for: request.method,
                tag: resource.tag,
                lastModified: resource.lastModified
            ) {
            case .proceed: break
            case .failed:
                return try await answerError(.preconditionFailed, request, headers: Self.variation(varies))
            case .notModified:
                response.status = .notModified
                var headers = response.headers
                headers[.contentType] = nil
                resource.fields.describe(in: &headers, varies: varies)
                response.headers = headers
                return try await response.end()
            }
        }
        let length = resource.content.byteCount
        let resolution = demand.hasRange ? ranges(request, resource, length) : .whole
        if resolution == .unsatisfiable {
            let range = ContentRange(unsatisfiedOf: length).description
            var headers = Self.variation(varies)
            headers[.contentRange] = range
            return try await answerError(.rangeNotSatisfiable, request, headers: headers)
        }
        response.apply(varies ? resource.varyingHeaders : resource.headers)
        switch resolution {
        case .whole:
            try await sendWhole(resource.content, response, isHead: request.method == .head)
        case .partial(let ranges) where ranges.count == 1:
            response.status = .partialContent
            response.headers.contentRange = ContentRange(ranges[0], of: length)
            response.contentLength = ranges[0].count
            try await send(resource.content, ranges[0], response)
            try await response.end()
        case .partial(let ranges):
            let parts = ByteRangeParts(ranges, of: length, contentType: resource.fields.contentType)
            try await send(parts, resource, response)
        case .unsatisfiable:
            break
        }
    }

    /// The `Vary` of an answer without content for which a representation was chosen all the same (RFC 9110 section
    /// 12.5.5).
    private static func variation(_ varies: Bool) -> HTTPFields {
        varies ? [.vary: "accept-encoding"] : [:]
    }

    /// The requested ranges of the content. They have a meaning only for GET (RFC 9110 section 14.2).
    private func ranges(
        _ request: HTTPServerRequest,
        _ resource: FileResource,
        _ length: Int
    ) -> ByteRangeSet.Resolution {
        guard request.method == .get, let set = request.headers.range else { return .whole }
        if request.headers[.ifRange] != nil {
            let now = HTTPDate(secondsSince1970: Int64(FileMetadata.Moment.now.seconds))
            let (condition, modified) = (request.headers.ifRange, resource.lastModified)
            guard condition?.matches(resource.tag, lastModified: modified, now: now) == true else { return .whole }
        }
        return set.resolve(length: length, maximumCount: configuration.maximumRanges)
    }

    private func sendWhole(
        _ content: FileResource.Content,
        _ response: HTTPServerResponse,
        isHead: Bool
    ) async throws {
        if isHead {
            response.contentLength = content.byteCount
            return try await response.end()
        }
        switch content {
        case .memory(let bytes): try await response.end(bytes)
        case .file(let file, let length): try await response.end(file, 0..<length)
        }
    }

    private func send(_ content: FileResource.Content, _ range: Range<Int>, _ response: HTTPServerResponse) async throws
    {
        switch content {
        case .memory(let bytes):
            guard let part = bytes.getSlice(at: bytes.readerIndex + range.lowerBound, length: range.count) else {
                throw HTTPServerError.fileTruncated
            }
            try await response.write(part)
        case .file(let file, _):
            try await response.write(file, range)
        }
    }

    private func send(_ parts: ByteRangeParts, _ resource: FileResource, _ response: HTTPServerResponse) async throws {
        response.status = .partialContent
        response.headers[.contentType] = parts.contentType
        response.contentLength = parts.byteCount
        for part in parts.parts {
            try await response.write(part.head)
            try await send(resource.content, part.range, response)
        }
        try await response.end(parts.end)
    }
}

/// The framing of several ranges in one response: multipart/byteranges (RFC 9110 section 14.6).
struct ByteRangeParts {
    struct Part {
        let head: String
        let range: Range<Int>
    }

    let parts: [Part]
    let end: String
    let contentType: String

    /// - Parameter boundary: The delimiter between the parts; it must not occur in them, and is random by default.
    init(
        _ ranges: [Range<Int>],
        of length: Int,
        contentType: String?,
        boundary: String = String(UInt64.random(in: .min ... .max), radix: 36)
            + String(UInt64.random(in: .min ... .max), radix: 36)
    ) {
        parts = ranges.map { range in
            let type = contentType.map { "Content-Type: \($0)\r\n" } ?? ""
            let contentRange = ContentRange(range, of: length)
            return Part(
                head: "\r\n--\(boundary)\r\n\(type)Content-Range: \(contentRange)\r\n\r\n",
                range: range
            )
        }
        end = "\r\n--\(boundary)--\r\n"
        self.contentType = "multipart/byteranges; boundary=\(boundary)"
    }

    var byteCount: Int {
        parts.reduce(end.utf8.count) { $0 + $1.head.utf8.count + $1.range.count }
    }
}
