import CLibrary
import Foundation
import HTTPWire
import Martlet
import NIOCore
import Synchronization
import Testing

@testable import MartletWeb

/// The content of every file that must never be seen.
private let secret = "SECRET-OF-THE-OUTSIDE"

@Suite("What is outside stays outside")
struct JailTests {
    private func jail() throws -> TemporaryDirectory {
        let jail = try TemporaryDirectory()
        try jail.write(secret, to: "outside/secret.txt")
        try jail.makeDirectory("root/inner")
        try jail.write("inside", to: "root/inner/a.txt")
        try jail.write("inside", to: "root/a.txt")
        try jail.link("root/good", to: "inner/a.txt")
        try jail.link("root/inner/up", to: "../a.txt")
        try jail.link("root/gooddir", to: "inner")
        try jail.link("root/chain", to: "good")
        try jail.link("root/relative", to: "../outside/secret.txt")
        try jail.link("root/absolute", to: jail.path + "/outside/secret.txt")
        try jail.link("root/inabsolute", to: jail.path + "/root/a.txt")
        try jail.link("root/outdir", to: "../outside")
        try jail.link("root/inner/updir", to: "../../outside")
        try jail.link("root/updown", to: "../root/a.txt")
        try jail.link("root/parent", to: "..")
        try jail.link("root/self", to: ".")
        try jail.link("root/loop", to: "loop")
        try jail.link("root/nowhere", to: "none")
        try jail.link("root/proc", to: "/proc/self/root/etc/passwd")
        try jail.link("root/indirect", to: "outdir/secret.txt")
        return jail
    }

    /// With the kernel's help, and without.
    private static let ways = [false, true]

    @Test("links that stay inside are followed", arguments: ways)
    func inside(walksStepwise: Bool) async throws {
        try await withFiles(try jail()) {
            $0.walksStepwise = walksStepwise
        } test: { server in
            for target in ["/good", "/inner/up", "/gooddir/a.txt", "/chain", "/self/a.txt", "/self/self/gooddir/up"] {
                let response = try await server.response(to: get(target))
                #expect(response.text == "inside", "\(target)")
            }
        }
    }

    @Test("no link is followed when none is to be", arguments: ways)
    func noLinks(walksStepwise: Bool) async throws {
        try await withFiles(try jail()) {
            $0.walksStepwise = walksStepwise
            $0.followsLinks = false
        } test: { server in
            for target in ["/good", "/inner/up", "/gooddir/a.txt", "/chain", "/self/a.txt", "/relative", "/outdir/"] {
                let response = try await server.response(to: get(target))
                #expect(response.status == 404, "\(target)")
            }
            #expect(try await server.response(to: get("/inner/a.txt")).text == "inside")
        }
    }

    @Test("links lead anywhere when they may", arguments: ways)
    func noJail(walksStepwise: Bool) async throws {
        try await withFiles(try jail()) {
            $0.walksStepwise = walksStepwise
            $0.confinesLinks = false
        } test: { server in
            for target in ["/relative", "/absolute", "/outdir/secret.txt", "/indirect"] {
                let response = try await server.response(to: get(target))
                #expect(response.text == secret, "\(target)")
            }
            #expect(try await server.response(to: get("/%2e%2e/outside/secret.txt")).status == 404)
        }
    }

    /// A hundred ways to the secret, or to the password file.
    private static let escapes: [String] = {
        let up = [
            "..", "%2e%2e", ".%2e", "%2E.", "..%2f", "%2e%2e%2f", "..%5c", "%2e%2e%5c", "..%c0%af", "%c0%ae%c0%ae",
            "....",
            "....//", "..;", "%252e%252e", "..%00", "%00..", "..%20", "..%0a", "..%u2215", "%e0%80%ae%e0%80%ae",
            "..%ef%bc%8f",
        ]
        var targets: [String] = []
        for step in up {
            targets.append("/\(step)/outside/secret.txt")
            targets.append("/inner/\(step)/\(step)/outside/secret.txt")
            targets.append("/\(step)outside/secret.txt")
            targets.append("/\(step)/\(step)/\(step)/\(step)/etc/passwd")
        }
        targets += [
            "/relative", "/absolute", "/inabsolute", "/outdir", "/outdir/", "/outdir/secret.txt",
            "/inner/updir/secret.txt",
            "/updown", "/parent/outside/secret.txt", "/parent/", "/loop", "/nowhere", "/proc", "/indirect",
            "/self/../outside/secret.txt", "/gooddir/..%2f..%2foutside/secret.txt", "/a.txt%00.html", "/%2fetc/passwd",
            "//etc/passwd", "/etc/passwd", "/file:///etc/passwd", "/inner/..", "/./a.txt", "/a.txt/.",
            "/C:/windows/win.ini",
            "/..\\..\\outside\\secret.txt", "http://a/../outside/secret.txt",
            "/inner/a.txt/../../../outside/secret.txt",
        ]
        return targets
    }()

    @Test("a hundred attempts to escape are 404 or 400", arguments: ways)
    func escapes(walksStepwise: Bool) async throws {
        #expect(Self.escapes.count >= 100)
        try await withFiles(try jail()) {
            $0.walksStepwise = walksStepwise
            $0.listsDirectories = true
            $0.servesHiddenFiles = true
        } test: { server in
            for target in Self.escapes {
                let response = try await server.response(to: get(target))
                #expect([400, 404].contains(response.status), "\(target) is \(response.status)")
                #expect(!response.text.contains(secret) && !response.text.contains("root:"), "\(target)")
            }
        }
    }

    @Test("pipes, devices and sockets are never opened", .timeLimit(.minutes(5)), arguments: ways)
    func special(walksStepwise: Bool) async throws {
        let jail = try jail()
        try jail.makePipe("root/pipe")
        try jail.link("root/device", to: "/dev/zero")
        // Who opens a pipe to write without waiting fails as long as nobody reads.
        try await withFiles(jail) {
            $0.walksStepwise = walksStepwise
            $0.confinesLinks = false
            $0.listsDirectories = true
            $0.followsMounts = true
        } test: { server in
            for target in ["/pipe", "/device"] {
                let response = try await server.response(to: get(target))
                #expect(response.status == 404, "\(target)")
                #expect(open(jail.root + "/pipe", O_WRONLY | O_NONBLOCK) == -1 && errno == ENXIO)
            }
            let list = try await server.response(to: get("/"))
            #expect(!list.text.contains("./pipe") && !list.text.contains("./device"))
        }
    }

    @Test("what is mounted below the root is left out unless it is wanted", arguments: ways)
    func mounts(walksStepwise: Bool) async throws {
        // `/proc` is a file system of its own wherever it exists; the root of these files is that of the machine.
        guard access("/proc/version", R_OK) == 0 else { return }
        for (follows, status) in [(false, 404), (true, 200)] {
            var configuration = VirtualDirectory.Configuration()
            configuration.walksStepwise = walksStepwise
            configuration.followsMounts = follows
            try await withServer(.bare, VirtualDirectory("/", configuration: configuration).handle) { server in
                let response = try await server.response(to: get("/proc/version"))
                #expect(response.status == status)
            }
        }
    }

    /// How often the race below sends 60 requests. `MARTLET_RACE_ROUNDS` makes it longer than every run of the tests
    /// should be.
    private static let raceRounds = getenv("MARTLET_RACE_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 40

    @Test("links that are swapped meanwhile let nothing out", .timeLimit(.minutes(5)), arguments: ways)
    func races(walksStepwise: Bool) async throws {
        let jail = try jail()
        try jail.makeDirectory("root/dir")
        try jail.write("inside", to: "root/dir/secret.txt")
        try jail.link("root/swap", to: "a.txt")
        try jail.link("root/swapdir", to: "dir")
        let isOver = Atomic(false)
        let swappingIsOver = Events<Void>()
        let path = jail.path
        // A thread of its own, so that it does not wait its turn.
        Thread.detachNewThread {
            var round = 0
            while !isOver.load(ordering: .relaxed) {
                round += 1
                let (file, directory) = round % 2 == 0 ? ("a.txt", "dir") : ("../outside/secret.txt", "../outside")
                for (name, target) in [("swap", file), ("swapdir", directory)] {
                    unlink("\(path)/root/new")
                    symlink(target, "\(path)/root/new")
                    rename("\(path)/root/new", "\(path)/root/\(name)")
                }
                usleep(50)
            }
            swappingIsOver.add()
        }
        try await withFiles(jail) {
            $0.walksStepwise = walksStepwise
            $0.settlingSeconds = 0
        } test: { server in
            var seen: [Int: Int] = [:]
            let client = try await server.connect()
            for _ in 0..<Self.raceRounds {
                let round = get("/swap") + get("/swapdir/secret.txt") + get("/swap", "Range: bytes=0-2")
                client.send(String(repeating: round, count: 20))
                for _ in 0..<60 {
                    let response = try await client.response()
                    seen[response.status, default: 0] += 1
                    #expect(!response.text.contains("SEC"))
                    if response.status == 200 { #expect(response.text == "inside") }
                }
            }
            // Both sides of the race have been seen, and nothing else.
            #expect(Set(seen.keys).isSubset(of: [200, 206, 404]))
            #expect(seen[404, default: 0] > 0)
        }
        isOver.store(true, ordering: .relaxed)
        try await swappingIsOver.next()
    }
}
