import Foundation
import Synchronization

/// The memory of another process of this machine, on systems with `/proc`.
final class ProcessMemory: Sendable {
    private let process: Int
    private let highest = Mutex(0)

    init(process: Int) {
        self.process = process
    }

    /// The resident set in bytes; 0 if it is unknown.
    var resident: Int {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kilobytes = line.split(separator: " ").dropLast().last.flatMap({ Int($0) })
        else { return 0 }
        let bytes = kilobytes * 1_024
        highest.withLock { $0 = max($0, bytes) }
        return bytes
    }

    /// The largest value that ``resident`` has returned.
    var peak: Int { highest.withLock { $0 } }

    /// The number in mebibytes, for people.
    static func text(_ bytes: Int) -> String { "\((bytes + 524_288) / 1_048_576) MiB" }
}
