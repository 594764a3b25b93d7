/// Prevents work from being re-entered: requests for it that arrive meanwhile are served afterwards, by one more pass.
/// A plain value.
///
///     guard work.begin() else { return }
///     repeat { … } while work.finishPass()
struct ReentrancyGuard {
    /// Whether the work is in progress.
    private(set) var isRunning = false
    private var isAskedFor = false

    /// Whether to do the work now. If it is in progress, it will be done again.
    mutating func begin() -> Bool {
        // No branch: with one, the compiler would not inline the access to a property that holds the guard.
        isAskedFor = isRunning
        isRunning = true
        return !isAskedFor
    }

    /// Keeps the work from beginning until ``finishPass()`` is called. False if it is in progress, which holds it anyway.
    mutating func hold() -> Bool {
        guard !isRunning else { return false }
        isRunning = true
        isAskedFor = false
        return true
    }

    /// Call this after each pass. Whether the work has to be done again.
    mutating func finishPass() -> Bool {
        isRunning = isAskedFor
        isAskedFor = false
        return isRunning
    }
}
