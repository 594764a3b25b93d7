import CLibrary
import NIOCore
import NIOPosix
import Testing

@testable import Martlet

@Suite("ServiceNotifier", .timeLimit(.minutes(5)))
struct ServiceNotifierTests {
    /// The socket of a manager that receives notices.
    private final class Manager: Sendable {
        private let descriptor: CInt
        let settings: ServiceManagerSettings
        let path: String

        init(isAbstract: Bool = false, watchdog: String? = nil) throws {
            #if os(Linux)
                let type = CInt(SOCK_DGRAM.rawValue)
            #else
                let type = SOCK_DGRAM
            #endif
            descriptor = socket(AF_UNIX, type, 0)
            let name = "/tmp/martlet-notify-\(UInt32.random(in: 0 ... .max))"
            path = isAbstract ? "@" + name : name
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) {
                $0.copyBytes(from: (isAbstract ? [0] : []) + Array(name.utf8))
            }
            let length = isAbstract ? 2 + 1 + name.utf8.count : MemoryLayout<sockaddr_un>.size
            let (bound, socket) = (descriptor, socklen_t(length))
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(bound, $0, socket) }
            }
            try #require(result == 0)
            settings = ServiceManagerSettings(
                socket: path,
                watchdogMicroseconds: watchdog,
                watchdogProcess: nil,
                of: getpid()
            )
        }

        deinit {
            close(descriptor)
            unlink(path)
        }

        /// The notices that have arrived.
        var notices: [String] {
            var notices: [String] = []
            var bytes = [UInt8](repeating: 0, count: 4_096)
            while true {
                let count = recv(descriptor, &bytes, bytes.count, CInt(MSG_DONTWAIT))
                guard count >= 0 else { return notices }
                notices.append(String(decoding: bytes[..<count], as: UTF8.self))
            }
        }
    }

    /// Waits for notices: requests may be answered before the one that says so is sent.
    private func expect(_ notices: [String], _ manager: Manager) async throws {
        var received: [String] = []
        try await eventually {
            received += manager.notices
            return received.count >= notices.count
        }
        #expect(received == notices)
    }

    @Test("tells when the server is ready, and when it stops, once", arguments: [false, true])
    func life(isAbstract: Bool) async throws {
        #if !os(Linux)
            if isAbstract { return }
        #endif
        let manager = try Manager(isAbstract: isAbstract)
        let notifier = ServiceNotifier(manager.settings)
        let configuration = HTTPServer.Configuration.bare.with { $0.serviceNotifier = notifier }
        try await withBoundServer(configuration) { server in
            #expect(manager.notices == [])
            let serving = Task { try await server.serve { try await $0.response.end("served") } }
            #expect(try await server.response(to: get()).text == "served")
            try await expect(["READY=1"], manager)
            await server.shutdown(within: .zero)
            try await serving.value
            await server.close(force: true)
            #expect(manager.notices == ["STOPPING=1"])
        }
    }

    @Test("tells that the server stops before its shutdownDelay")
    func delay() async throws {
        let manager = try Manager()
        let time = HeldTime()
        let configuration = HTTPServer.Configuration.bare.with {
            $0.serviceNotifier = ServiceNotifier(manager.settings)
            $0.shutdownDelay = .seconds(10)
            $0.time = TimeSource(held: time)
        }
        try await withServer(configuration) {
            try await $0.response.end("served")
        } test: { server in
            #expect(try await server.response(to: get()).text == "served")
            var notices: [String] = []
            // A request can be answered before that.
            try await eventually {
                notices += manager.notices
                return notices.contains("READY=1")
            }
            let shutdown = Task { await server.shutdown() }
            try await eventually {
                notices += manager.notices
                return notices.contains("STOPPING=1")
            }
            #expect(try await server.response(to: get()).text == "served")
            await time.passing { await shutdown.value }
            #expect(notices + manager.notices == ["READY=1", "STOPPING=1"])
        }
    }

    @Test("waits for all servers of the process")
    func several() async throws {
        let manager = try Manager()
        let notifier = ServiceNotifier(manager.settings, servers: 2)
        let configuration = HTTPServer.Configuration.bare.with { $0.serviceNotifier = notifier }
        try await withServer(configuration) { _ in
        } test: { first in
            _ = try await first.response(to: get())
            #expect(manager.notices == [])
            try await withServer(configuration) { _ in
            } test: { second in
                _ = try await second.response(to: get())
                try await expect(["READY=1"], manager)
            }
            #expect(manager.notices == ["STOPPING=1"])
        }
        #expect(manager.notices == [])
    }

    @Test("gives signs of life, twice in the time of the watchdog", arguments: [false, true])
    func watchdog(onOwnLoops: Bool) async throws {
        let manager = try Manager(watchdog: "2000000")
        let time = HeldTime()
        let group = onOwnLoops ? nil : MultiThreadedEventLoopGroup(numberOfThreads: 3)
        let configuration = HTTPServer.Configuration.bare.with {
            $0.serviceNotifier = ServiceNotifier(manager.settings)
            $0.time = TimeSource(held: time)
            if let group { $0.eventLoopGroup = group }
        }
        try await withServer(configuration) { _ in
        } test: { server in
            _ = try await server.response(to: get())
            try await expect(["READY=1"], manager)
            for _ in 0..<3 {
                await time.advance(by: .milliseconds(999))
                #expect(manager.notices == [])
                await time.advance(by: .milliseconds(1))
                try await expect(["WATCHDOG=1"], manager)
            }
        }
        try await group?.shutdownGracefully()
    }

    @Test("gives no sign of life while one of the loops hangs")
    func hanging() {
        var round = WatchdogRound()
        let isEmpty = round.begin(asking: 0)
        #expect(!isEmpty)
        for _ in 0..<2 {
            let begins = round.begin(asking: 3)
            #expect(begins)
            let first = round.answered()
            let second = round.answered()
            #expect(!first && !second)
            // The third hangs: nobody is asked again before it answers.
            let again = round.begin(asking: 3)
            #expect(!again)
            let third = round.answered()
            #expect(third)
        }
    }

    @Test("shows a line, and tells of a reload")
    func others() async throws {
        let manager = try Manager()
        let notifier = ServiceNotifier(manager.settings)
        notifier.status("12 clients\nREADY=1\u{7F}")
        #expect(manager.notices == ["STATUS=12 clients READY=1 "])
        await notifier.reloading {
            let notices = manager.notices
            #expect(notices.count == 1)
            #expect(notices.first?.wholeMatch(of: /RELOADING=1\nMONOTONIC_USEC=[1-9][0-9]+/) != nil)
        }
        #expect(manager.notices == ["READY=1"])
    }

    @Test("does nothing where nobody listens, or is to be told")
    func nobody() async throws {
        let away = ServiceManagerSettings(
            socket: "/tmp/martlet-none/notify",
            watchdogMicroseconds: "20000",
            watchdogProcess: nil,
            of: 1
        )
        let none = ServiceManagerSettings(socket: nil, watchdogMicroseconds: nil, watchdogProcess: nil, of: 1)
        for settings in [away, none] {
            let configuration = HTTPServer.Configuration.bare.with { $0.serviceNotifier = ServiceNotifier(settings) }
            try await withServer(configuration) {
                try await $0.response.end("served")
            } test: { server in
                let text = try await server.response(to: get()).text
                #expect(text == "served")
            }
        }
        ServiceNotifier().status("no manager")
    }
}
