/// What a load is to be.
struct LoadPlan: Sendable {
    var url: String
    var clients: Int
    var rate: Int
    var seconds: Int
    var size: Int
    var stalled: Int

    /// How many messages are said.
    var messages: Int { rate * seconds }
}
