import Testing

@testable import Martlet

@Suite("ServiceManagerSettings")
struct ServiceManagerSettingsTests {
    private func settings(_ socket: String?, _ microseconds: String? = nil, _ process: String? = nil)
        -> ServiceManagerSettings
    {
        ServiceManagerSettings(
            socket: socket,
            watchdogMicroseconds: microseconds,
            watchdogProcess: process,
            of: 42
        )
    }

    @Test("know where notices are sent")
    func socket() {
        #expect(settings("/run/systemd/notify").socket == .path("/run/systemd/notify"))
        #expect(settings("@a/b").socket == .abstract("a/b"))
        let path = "/" + String(repeating: "p", count: 106)
        #expect(settings(path).socket == .path(path))
        #expect(settings(path + "p").socket == nil)
        #expect(settings("@" + path).socket == .abstract(path))
        #expect(settings("@" + path + "p").socket == nil)
    }

    @Test(
        "expect no notices where that makes no sense",
        arguments: [nil, "", "/", "@", "run/notify", "vsock:2:1234", "/run/a\u{0}b", " /run/notify"]
    )
    func noSocket(text: String?) {
        #expect(settings(text, "1000000", "42") == settings(nil))
        #expect(settings(text).watchdogInterval == nil)
    }

    @Test(
        "ask for signs of life twice in the time of the watchdog",
        arguments: [
            ("30000000", nil, .seconds(15)), ("30000000", "42", .seconds(15)), ("30000000", "41", nil),
            ("30000000", "", nil), ("1", nil, .milliseconds(10)), ("0", nil, nil), ("-1", nil, nil), ("", nil, nil),
            ("1s", nil, nil), (" 1", nil, nil), ("9223372036854775808", nil, nil), (nil, "42", nil),
            ("9223372036854775807", nil, .microseconds(4_611_686_018_427_387_903)),
        ] as [(String?, String?, Duration?)]
    )
    func watchdog(microseconds: String?, process: String?, interval: Duration?) {
        #expect(settings("/run/notify", microseconds, process).watchdogInterval == interval)
    }
}
