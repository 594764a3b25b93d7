import Foundation
import TestProcesses
import Testing

/// What a server answered to `curl`.
struct Reply: Sendable {
    let status: Int
    /// The fields by name in lower case; `date` is left out, which changes.
    let headers: [String: String]
    let body: String

    /// Runs `curl` with these options and waits for the answer.
    init(curl options: [String]) async throws {
        let process = try Subprocess(
            "curl",
            ["--silent", "--show-error", "--include", "--noproxy", "*", "--max-time", "30"] + options
        )
        let answer = await process.output.text
        let status = await process.exitStatus
        let errors = await process.errors.text
        #expect(status == 0, "curl \(options): \(errors)")
        try self.init(parsing: answer)
    }

    /// Reads the last head, behind informational ones, and the content.
    init(parsing text: String) throws {
        var rest = Substring(text)
        while true {
            let end = try #require(rest.range(of: "\r\n\r\n"), "no answer: \(text)")
            let lines = rest[..<end.lowerBound].components(separatedBy: "\r\n")
            rest = rest[end.upperBound...]
            let status = try #require(Int(lines[0].split(separator: " ")[1]))
            if (100..<200).contains(status) { continue }
            var headers: [String: String] = [:]
            for line in lines.dropFirst() {
                let colon = try #require(line.range(of: ": "))
                headers[line[..<colon.lowerBound].lowercased(), default: ""] += line[colon.upperBound...]
            }
            #expect(headers.removeValue(forKey: "date")?.hasSuffix(" GMT") == true)
            self.status = status
            self.headers = headers
            self.body = String(rest)
            return
        }
    }

    /// The text for people: the detail or else the title of a problem report, which `curl --json` asks for, or the body.
    var message: String {
        guard headers["content-type"] == "application/problem+json",
            case let members? = try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        else { return body }
        return (members["detail"] ?? members["title"]) as? String ?? body
    }

    /// The fields of every answer in plain text, and `more`.
    static func textHeaders(length: Int, _ more: [String: String] = [:]) -> [String: String] {
        [
            "content-type": "text/plain; charset=utf-8",
            "x-frame-options": "SAMEORIGIN",
            "x-content-type-options": "nosniff",
            "content-length": "\(length)",
        ].merging(more) { $1 }
    }
}
