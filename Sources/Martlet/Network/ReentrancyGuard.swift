/// Keeps work from beginning again inside of itself: what is asked for meanwhile is done afterwards, once. A plain value.
///
///     guard work.begin() else { return }
///     repeat { … } while work.goesOn()
struct ReentrancyGuard {
    private var isRunning = false
    private var isAskedFor = false

    /// Whether to do the work now; if it is being done already, it will be done again.
    mutating func begin() -> Bool {
        // Without a branch: with one, the compiler would not inline the access to a property that holds the guard.
        isAskedFor = isRunning
        isRunning = true
        return !isAskedFor
    }

    /// The work has been done. Whether it has to be done again.
    mutating func goesOn() -> Bool {
        isRunning = isAskedFor
        isAskedFor = false
        return isRunning
    }
}
