import CLibrary
import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// A form through which people put files into a directory.
///
/// ```swift
/// let uploads = UploadHandler(directory: "incoming")
/// try await server.serve { try await uploads.serve($0) }
/// ```
///
/// GET shows the form, POST stores the files of a `multipart/form-data` content, with progress where scripts are
/// allowed. A file appears in the directory when all of it has arrived, under a ``UploadName``, which has no folders and
/// means nothing to a server; no file is ever overwritten, a number is added instead. What breaks off leaves nothing.
/// Pages of other origins are refused.
public struct UploadHandler: Sendable {
    /// How uploads are taken.
    public struct Configuration: Sendable {
        /// How much is accepted. The size of a content is not limited unless `totalBytes` is set; 1000 files, or other
        /// parts, in one.
        public var limits = MultipartLimits()
        /// Whether a file is on the disk for certain before the client hears of it. Off by default.
        public var isDurable = false
        /// Names that no file is stored under, since they mean something to the server; case makes no difference. A number
        /// is added to them. None by default: what ``UploadName`` sees to holds all the same.
        public var reservedNames: Set<String> = []
        /// The title of the form.
        public var title = "Upload files"

        /// The defaults.
        public init() {}
    }

    /// A file that was stored.
    public struct StoredFile: Sendable, Hashable, Codable {
        /// Its name in the directory.
        public var name: String
        /// How many bytes it has.
        public var bytes: Int
    }

    private let directory: String
    private let configuration: Configuration

    /// A form for a directory, which has to exist.
    public init(directory: String, configuration: Configuration = Configuration()) {
        self.directory = directory
        self.configuration = configuration
    }

    /// Answers a request: GET with the form, POST with what was stored.
    ///
    /// - Throws: `HTTPError` with 405 or 501 for other methods, 403 for pages of other origins and 507 when the disk is full;
    ///   as `HTTPServerRequest.multipart(limits:)` does for what is malformed or too large; `FileError`.
    public func serve(_ request: HTTPServerRequest) async throws {
        switch request.method {
        case .get, .head:
            try await request.response.end(UploadPage(title: configuration.title))
        case .post:
            try Self.refuseOtherOrigins(request)
            let files = try await store(request)
            request.response.status = files.isEmpty ? .badRequest : .created
            request.response.headers.append(HTTPField(name: .vary, value: "Accept"))
            let accepted = request.headers.qualityList(of: .accept)
            if accepted?.preferred(among: [.json, .html]) == .html {
                try await request.response.end(UploadPage(title: configuration.title, stored: files))
            } else {
                try await request.response.end(json: files)
            }
        default:
            throw HTTPError(refusing: request.method, allowed: [.get, .head, .post])
        }
    }

    /// Stores the files of a request.
    ///
    /// - Returns: the files, in order. Those before one that fails stay.
    /// - Throws: as ``serve(_:)``.
    public func store(_ request: HTTPServerRequest) async throws -> [StoredFile] {
        if let limit = configuration.limits.totalBytes, let length = request.contentLength, length > limit {
            throw MultipartError.tooLarge(limit: limit)
        }
        var files: [StoredFile] = []
        do {
            for try await part in try request.multipart(limits: configuration.limits) {
                guard let fileName = part.fileName else { continue }
                var writer = try await FileDraftWriter(in: directory, permissions: 0o666)
                for try await bytes in part.body { try await writer.write(bytes) }
                // So do browsers send a field for files in which none was chosen.
                guard !fileName.isEmpty || writer.count > 0 else { continue }
                let name = try await publish(&writer, as: UploadName(fileName))
                files.append(StoredFile(name: name.text, bytes: writer.count))
            }
        } catch let error as FileError where error.code == ENOSPC || error.code == EDQUOT {
            throw AnsweredError(
                error,
                answer: HTTPError(.init(code: 507, reasonPhrase: "Insufficient Storage"), "The disk is full.")
            )
        }
        return files
    }

    /// Gives a file the first name that is free.
    private func publish(_ writer: inout FileDraftWriter, as name: UploadName) async throws -> UploadName {
        var candidate = name
        for number in 2...1_000 {
            guard !isReserved(candidate) else {
                candidate = name.numbered(number)
                continue
            }
            do {
                try await writer.publish(as: candidate.text, replacing: false, isDurable: configuration.isDurable)
                return candidate
            } catch let error as FileError where error.code == EEXIST {
                candidate = name.numbered(number)
            }
        }
        throw HTTPError(.conflict, "There are too many files named \(name).")
    }

    private func isReserved(_ name: UploadName) -> Bool {
        !configuration.reservedNames.isEmpty
            && configuration.reservedNames.contains { $0.lowercased() == name.text.lowercased() }
    }

    /// A browser sends forms of any page to any server; such pages are not to fill somebody's disk.
    private static func refuseOtherOrigins(_ request: HTTPServerRequest) throws(HTTPError) {
        let isAllowed: Bool
        if let site = request.headers[.secFetchSite] {
            isAllowed = site == "same-origin" || site == "none"
        } else {
            isAllowed = request.hasAllowedOrigin(request.isOwnOrigin)
        }
        guard isAllowed else { throw HTTPError(.forbidden, "Files are accepted from the form of this server only.") }
    }
}
