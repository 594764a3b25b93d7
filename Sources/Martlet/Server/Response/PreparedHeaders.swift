import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization

/// A change of a response's header fields that many responses have in common. What it makes of the server's default
/// fields is kept in wire format, so that those fields are neither set, checked nor written one by one.
package final class PreparedHeaders: Sendable {
    /// Fields that can be sent as they are, for as long as they are those of a response.
    final class Rendered: Sendable {
        let settings: ServerSettings
        let fields: HTTPFields
        /// The fields in the wire format of HTTP/1; nil if they can only be checked and sent one by one.
        let lines: ByteBuffer?

        init(_ fields: HTTPFields, _ settings: ServerSettings) {
            self.fields = fields
            self.settings = settings
            var lines = ByteBuffer()
            let areOrdinary = fields.allSatisfy { field in
                ManagedField(field.name) == nil && (try? lines.writeField(field.name, field.value)) != nil
            }
            self.lines = areOrdinary ? lines : nil
        }
    }

    private let change: @Sendable (inout HTTPFields) -> Void
    /// For the settings of the server that was served last.
    private let latest = Mutex<Rendered?>(nil)

    /// - Parameter change: Must always change the same fields in the same way.
    package init(_ change: @escaping @Sendable (inout HTTPFields) -> Void) {
        self.change = change
    }

    func apply(to fields: inout HTTPFields) {
        change(&fields)
    }

    /// The server's default fields after the change.
    func rendered(for settings: ServerSettings) -> Rendered {
        latest.withLock { latest in
            if let latest, latest.settings === settings { return latest }
            var fields = settings.defaultHeaders
            change(&fields)
            let rendered = Rendered(fields, settings)
            latest = rendered
            return rendered
        }
    }
}

extension HTTPServerResponse {
    /// Changes the header fields.
    package func apply(_ prepared: PreparedHeaders) {
        let settings = exchange.settings
        exchange.change { draft in
            guard var fields = draft.headers.take() else { return draft.set(prepared.rendered(for: settings)) }
            prepared.apply(to: &fields)
            draft.headers = fields
        }
    }
}
