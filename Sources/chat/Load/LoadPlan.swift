/// The parameters of a load test.
struct LoadPlan: Sendable {
    var url: String
    var clients: Int
    var rate: Int
    var seconds: Int
    var size: Int
    var stalled: Int

    /// The total number of messages.
    var messages: Int { rate * seconds }
}
