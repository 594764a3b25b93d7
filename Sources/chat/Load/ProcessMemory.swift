import Foundation
import Synchronization

/// The memory of other processes of this machine, on systems with `/proc`.
final class ProcessMemory: Sendable {
    private let processes: [Int]
    private let highest = Mutex(0)

    init(processes: [Int]) {
        self.processes = processes
    }

    /// The resident sets in bytes, added up; without those that are unknown.
    var resident: Int {
        let bytes = processes.reduce(0) { $0 + Self.resident($1) }
        highest.withLock { $0 = max($0, bytes) }
        return bytes
    }

    private static func resident(_ process: Int) -> Int {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kilobytes = line.split(separator: " ").dropLast().last.flatMap({ Int($0) })
        else { return 0 }
        return kilobytes * 1_024
    }

    /// The largest value that ``resident`` has returned.
    var peak: Int { highest.withLock { $0 } }

    /// The number in mebibytes, for people.
    static func text(_ bytes: Int) -> String { "\((bytes + 524_288) / 1_048_576) MiB" }
}
