import Martlet

/// A client's connection to the room.
struct ChatConnection: Sendable {
    /// How long a client has to wait after an invalid message.
    private static let penalty = Duration.milliseconds(50)

    let socket: WebSocket
    let room: ChatRoom

    /// Carries messages in both directions until the connection is closed.
    func run() async {
        let outbox = Outbox(limit: room.limits.outbox)
        let member = room.connect(outbox)
        await withTaskGroup { group in
            group.addTask { await send(outbox) }
            group.addTask {
                guard let reason = await outbox.ended() else { return }
                // Immediately, since the closing handshake of a client that reads nothing may take a while.
                room.disconnect(member)
                try? await socket.close(code: reason.code, reason: reason.reason)
            }
            let joining = Task {
                try await Task.sleep(for: room.limits.joining)
                room.expectName(of: member)
            }
            await receive(as: member)
            joining.cancel()
            room.disconnect(member)
            outbox.end(WebSocketClose(.normalClosure))
        }
    }

    private func send(_ outbox: Outbox) async {
        while let texts = await outbox.next() {
            for text in texts {
                do {
                    try await socket.send(text)
                } catch {
                    // The connection is closing, which the receiving side notices too.
                    return
                }
            }
        }
    }

    private func receive(as member: ChatRoom.MemberID) async {
        do {
            for try await message in socket {
                let isGood: Bool
                switch message {
                case .text(let text):
                    isGood = await room.receive(text, from: member)
                case .binary:
                    room.refuse(ChatProblem(.malformed, "Messages must be text."), to: member)
                    isGood = false
                }
                // After an invalid message nothing is read for a while, so the client's own buffers fill up.
                if !isGood { try await Task.sleep(for: Self.penalty) }
            }
        } catch {
            // The task was cancelled: the client has disconnected, or the server is closing.
        }
    }
}
