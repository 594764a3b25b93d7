import CFuzzer

/// Runs libFuzzer on one target: `fuzz <target> [libFuzzer's options and corpus directories]`; without any, lists the
/// targets.
@main
enum Fuzz {
    /// Set once before libFuzzer calls back, from this thread only.
    nonisolated(unsafe) private static var target = FuzzTarget.requestHead
    /// Used by that thread only, too.
    nonisolated(unsafe) private static var leaks = LeakWatch()

    static func main() {
        guard let name = CommandLine.arguments.dropFirst().first else {
            for target in FuzzTarget.allCases { print(target.rawValue) }
            return
        }
        guard let chosen = FuzzTarget(rawValue: name) else { fatalError("there is no target \(name)") }
        target = chosen
        if chosen.isStateful { Stage.takeTasks() }
        // The name is taken out, so that libFuzzer does not see it as a corpus directory.
        var count = CommandLine.argc - 1
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        arguments?[1] = CommandLine.unsafeArgv[0]
        arguments = arguments?.advanced(by: 1)
        let status = LLVMFuzzerRunDriver(&count, &arguments) { data, size in
            let bytes = Array(UnsafeBufferPointer(start: data, count: size))
            if Fuzz.target.isStateful {
                Fuzz.leaks.check { Fuzz.target.check(bytes) }
            } else {
                Fuzz.target.check(bytes)
            }
            return 0
        }
        guard status == 0 else { fatalError("libFuzzer ended with \(status)") }
    }
}
