import Martlet
import Synchronization

/// The handler of a router, put together when it is first needed. Copies of a router share it, until one is changed.
final class RouterComposition: Sendable {
    private let handler = Mutex<HTTPServer.Handler?>(nil)

    /// The handler; `compose` makes it the first time.
    func handler(_ compose: () -> HTTPServer.Handler) -> HTTPServer.Handler {
        handler.withLock { handler in
            if let handler { return handler }
            let composed = compose()
            handler = composed
            return composed
        }
    }
}
