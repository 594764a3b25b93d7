/// The parameters of a load test.
struct LoadPlan: Sendable {
    var url: String
    var clients: Int
    var rate: Int
    var seconds: Int
    var size: Int
    var stalled: Int
    /// Whether clients come back when their connections end.
    var returns = false
    /// The seconds, from the first message on, at which something happens to the chat.
    var marks: [Int] = []

    /// The total number of messages.
    var messages: Int { rate * seconds }
}
