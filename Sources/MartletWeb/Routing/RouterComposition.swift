import Martlet
import Synchronization

/// The handler of a router, put together when it is first needed. Copies of a router share it, until one is changed.
final class RouterComposition: Sendable {
    // Not the closure itself: one that goes through a generic type is called through two thunks from then on.
    private struct Composed {
        let handler: HTTPServer.Handler
    }

    private let composed = Mutex<Composed?>(nil)

    /// The handler; `compose` makes it the first time.
    func handler(_ compose: () -> HTTPServer.Handler) -> HTTPServer.Handler {
        composed.withLock { composed in
            let present = composed ?? Composed(handler: compose())
            composed = present
            return present
        }.handler
    }
}
