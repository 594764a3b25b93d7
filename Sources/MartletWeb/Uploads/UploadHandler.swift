import CLibrary
import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// A form through which people upload files into a directory.
///
/// ```swift
/// let uploads = UploadHandler(directory: "incoming")
/// try await server.serve(uploads)
/// ```
///
/// GET shows the form, POST stores the files of a `multipart/form-data` content, with progress where scripts are
/// allowed. A file appears in the directory when all of it has arrived, under an ``UploadName``, which has no folders
/// and no special meaning to a server. No file is ever overwritten; a number is added instead. An incomplete upload
/// leaves nothing. Pages of other origins are refused.
public struct UploadHandler: RequestHandler {
    /// The settings of uploads.
    public struct Configuration: Sendable {
        /// How much is accepted. By default up to 1000 files or other parts; the size is not limited unless
        /// `totalBytes` is set.
        public var limits = MultipartLimits()
        /// Whether a file is safely on the disk before the client gets the answer. Off by default.
        public var isDurable = false
        /// Names that no file is stored under, since they have a meaning to the server; case makes no difference. A
        /// number is added to them. None by default, besides those that ``UploadName`` avoids.
        public var reservedNames: Set<String> = []
        /// The title of the form.
        public var title = "Upload files"

        /// A configuration with the defaults.
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

    /// An upload form for a directory, which must exist.
    public init(directory: String, configuration: Configuration = Configuration()) {
        self.directory = directory
        self.configuration = configuration
    }

    /// Answers a request: GET with the form, POST by storing the files.
    ///
    /// - Throws: `HTTPError` with 405 or 501 for other methods, 403 for pages of other origins and 507 when the disk is
    ///   full; what `HTTPServerRequest.multipart(limits:)` throws for malformed or too large content; `FileError`.
    public func handle(_ request: HTTPServerRequest) async throws {
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
    /// - Throws: as ``handle(_:)``.
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
                // This is how browsers send a file field in which no file was chosen.
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

    /// Gives a file the first free name.
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

    /// A browser sends forms of any page to any server; such pages must not be able to fill the disk.
    private static func refuseOtherOrigins(_ request: HTTPServerRequest) throws(HTTPError) {
        guard CrossOriginProtection().allows(request) else {
            throw HTTPError(.forbidden, "Files are only accepted from this server's own form.")
        }
    }
}
