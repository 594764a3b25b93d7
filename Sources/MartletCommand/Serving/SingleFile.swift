import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb

/// One file, at `/` and at `/NAME`; there is nothing else.
struct SingleFile: Sendable {
    private let path: String
    private let name: [UInt8]
    private let files: VirtualDirectory

    /// - Parameter files: Sends the file, by its settings.
    init(_ path: String, _ files: VirtualDirectory) {
        self.path = path
        self.files = files
        name = path.utf8.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? []
    }

    var handler: HTTPServer.Handler {
        { request in
            switch place(request.url.path) {
            case .root:
                // A browser that stores it has no name for it otherwise.
                let fileName = String(decoding: name, as: UTF8.self)
                request.response.headers[.contentDisposition] =
                    ContentDisposition(.inline, fileName: fileName).description
                try await files.sendFile(path, to: request)
            case .name: try await files.sendFile(path, to: request)
            case nil: throw HTTPError(.notFound)
            }
        }
    }

    enum Place {
        case root, name
    }

    /// The place that a path stands for; nil for any other path.
    func place(_ target: String) -> Place? {
        guard let path = try? RelativePath(target) else { return nil }
        if path.names.isEmpty { return .root }
        return path.names == [name] && !path.isDirectory ? .name : nil
    }
}
