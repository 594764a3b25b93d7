import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// Writes the content of a response to a file.
struct Download: Sendable {
    let path: String
    /// Whether the part of an interrupted download is kept and continued.
    let continues: Bool
    let showsProgress: Bool

    private var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// The part that an earlier download has left, to be continued with a request for `url`.
    func part(from url: String) -> PartialDownload? {
        continues ? PartialDownload(of: path, from: url) : nil
    }

    /// Writes the content. A file appears, or is replaced, when it is complete.
    ///
    /// - Parameters:
    ///   - part: The part that the request has asked to continue.
    ///   - url: The URL of the request.
    func save(_ response: HTTPClientResponse, continuing part: PartialDownload?, from url: String) async throws {
        if OutputFile.isDevice(path) {
            try await write(response, to: OutputFile(path))
        } else if continues {
            try await resume(response, continuing: part, from: url)
        } else {
            // A symbolic link is kept.
            let target = OutputFile.target(of: path)
            try await follow(from: 0) { progress in
                try await response.save(to: target, progress: progress)
            }
        }
    }

    // MARK: Ways to write

    private func write(_ response: HTTPClientResponse, to file: OutputFile, from start: Int = 0) async throws {
        let total = response.contentLength.map { start + $0 }
        try await follow(from: start) { progress in
            var written = start
            progress(written, total)
            for try await bytes in response.body {
                try file.append(bytes)
                written += bytes.readableBytes
                progress(written, total)
            }
            return written
        }
    }

    private func resume(
        _ response: HTTPClientResponse,
        continuing part: PartialDownload?,
        from url: String
    ) async throws {
        let isRest = part?.isContinued(by: response.status, response.headers) ?? false
        let start = isRest ? part?.count ?? 0 : 0
        guard isRest || response.status != .partialContent else {
            let range = response.headers[.contentRange] ?? "none"
            throw CommandFailure(
                .malformedResponse,
                "The server sent another part than requested (Content-Range: \(range)). Try without --continue."
            )
        }
        let (partPath, originPath) = (PartialDownload.path(path), PartialDownload.originPath(path))
        let file = try OutputFile(partPath, keepsContent: isRest)
        let validator = PartialDownload.validator(in: response.headers)
        if !isRest {
            if let validator {
                // The URL of the command, since the next command will have the same.
                try OutputFile(originPath).append(.init(string: "\(url)\n\(validator)\n"))
            } else {
                OutputFile.remove(originPath)
            }
        }
        do {
            try await write(response, to: file, from: start)
        } catch  where Task.isCancelled {
            guard isRest || validator != nil else {
                OutputFile.remove(partPath)
                throw Interruption(message: "Interrupted. The server does not support continuing.")
            }
            throw Interruption(message: "Interrupted. Run the same command again to continue.")
        }
        try OutputFile.move(partPath, to: OutputFile.target(of: path))
        OutputFile.remove(originPath)
    }

    // MARK: Progress

    /// Shows the progress of `work`.
    private func follow(
        from start: Int,
        _ work: (_ progress: @escaping (_ written: Int, _ total: Int?) -> Void) async throws -> Int
    ) async throws {
        guard showsProgress else {
            _ = try await work { _, _ in }
            return
        }
        var bar = ProgressBar(name: name, written: start)
        do {
            let written = try await work { bar.update(written: $0, total: $1) }
            bar.finish(written: written)
        } catch {
            bar.erase()
            throw error
        }
    }
}
