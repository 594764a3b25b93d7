import Martlet

/// One client's connection to the room.
struct ChatConnection: Sendable {
    /// How long a client waits for its next turn after a message that made no sense.
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
                // At once, though a client that reads nothing may take a while to say goodbye.
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
                    // The connection is closing, of which the receiving side hears too.
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
                    isGood = room.receive(text, from: member)
                case .binary:
                    room.refuse(ChatProblem(.malformed, "Messages are text."), to: member)
                    isGood = false
                }
                // Whoever sends nonsense waits; meanwhile nothing is read, and the client's own side fills up.
                if !isGood { try await Task.sleep(for: Self.penalty) }
            }
        } catch {
            // The task was cancelled: the client has gone, or the server closes.
        }
    }
}
