/// A client's request, checked and answered as far as possible without the room: slow work is done here, and not under
/// the room's lock.
enum ClientRequest: Sendable {
    /// To join, and the response if the room accepts.
    case join(Result<ChatName, ChatProblem>, key: String?, after: Int?, welcome: String)
    case say(MessageID, Result<ChatText, ChatProblem>)
    /// A new name, and the response if the room accepts.
    case rename(Result<ChatName, ChatProblem>, renamed: String)
    case ping

    /// - Parameter room: The name of the room.
    init(_ message: ClientMessage, room: String, limits: ChatLimits) {
        switch message {
        case .join(let typed, let key, let after):
            let name = Self.name(typed, limits)
            let welcome = name.answer { .welcome(room: room, name: $0.text, limits: limits.told) }
            self = .join(name, key: key, after: after, welcome: welcome)
        case .say(let id, let typed):
            self = .say(id, Self.text(typed, id, limits))
        case .rename(let typed):
            let name = Self.name(typed, limits)
            self = .rename(name, renamed: name.answer { .renamed($0.text) })
        case .ping:
            self = .ping
        }
    }

    /// The name that the request needs, with the key of its owner; nil if it needs none.
    var neededName: (ChatName, key: String?)? {
        switch self {
        case .join(.success(let name), let key, _, _): (name, key)
        case .rename(.success(let name), _): (name, nil)
        default: nil
        }
    }

    private static func name(_ typed: String, _ limits: ChatLimits) -> Result<ChatName, ChatProblem> {
        Result { () throws(ChatProblem) in try ChatName(typed, limits: limits) }
    }

    private static func text(_ typed: String, _ id: MessageID, _ limits: ChatLimits) -> Result<ChatText, ChatProblem> {
        Result { () throws(ChatProblem) in try ChatText(typed, limits: limits) }
            .mapError { ChatProblem($0.code, $0.message, id: id) }
    }
}

extension Result<ChatName, ChatProblem> {
    /// The JSON of the response to an accepted name; empty if the name is not valid.
    fileprivate func answer(_ message: (ChatName) -> ServerMessage) -> String {
        switch self {
        case .success(let name): message(name).json
        case .failure: ""
        }
    }
}
