import HTTPWire

/// A request that is accepted, and what its head says.
struct WellFormedRequest: Sendable, CustomStringConvertible {
    let name: String
    /// The bytes, each written as the scalar of the same number.
    let text: String
    var method = "GET"
    var target = "/"
    var form = RequestTarget.Form.origin
    var version = HTTPVersion.http1_1
    var host: String? = "a"
    var framing = BodyFraming.none
    var isPersistent = true
    var expectsContinue = false
    var requestsUpgrade = false
    /// The fields as `name=value`; `nil` where they are not what the case is about.
    var fields: [String]?
    /// What is left in the buffer.
    var rest = ""
    var limits = HeadLimits()

    /// A request of which everything is as in `GET / HTTP/1.1` for the host `a`, but for what `change` says.
    init(_ name: String, _ text: String, _ change: (inout WellFormedRequest) -> Void = { _ in }) {
        self.name = name
        self.text = text
        change(&self)
    }

    var bytes: [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
    var description: String { name }
}
