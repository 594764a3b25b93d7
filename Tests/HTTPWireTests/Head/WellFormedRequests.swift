/// Requests that have to be accepted, whole as well as in pieces.
enum WellFormedRequests {
    static let all = lines + targets + fields + framing
}
