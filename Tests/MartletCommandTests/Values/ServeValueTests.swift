import Martlet
import Testing

@testable import MartletCommand

@Suite("What martlet serve makes of its options, and shows")
struct ServeValueTests {
    private func line(
        target: String = "/a.txt",
        status: Int? = 200,
        byteCount: Int = 512,
        isComplete: Bool = true,
        duration: Duration = .microseconds(1250)
    ) -> LiveLogLine {
        LiveLogLine(
            time: "15:04:05",
            method: "GET",
            target: target,
            status: status,
            byteCount: byteCount,
            isComplete: isComplete,
            duration: duration,
            address: "192.168.1.7"
        )
    }

    @Test("A line of the log tells what was asked for, and what came of it")
    func logLine() {
        #expect(line().text(colours: false) == "15:04:05 200 GET /a.txt  512 B  1.3 ms  192.168.1.7\n")
        #expect(
            line(status: 304, byteCount: 0).text(colours: false) == "15:04:05 304 GET /a.txt  1.3 ms  192.168.1.7\n"
        )
        #expect(
            line(byteCount: 34_816_000, isComplete: false, duration: .seconds(2)).text(colours: false)
                == "15:04:05 200 GET /a.txt  33.2 MiB  2000.0 ms  192.168.1.7  incomplete\n"
        )
        #expect(line(status: nil, isComplete: false).text(colours: false).hasPrefix("15:04:05 499 GET"))
    }

    @Test(
        "Colours tell successes from failures",
        arguments: [(200, "1;32"), (304, "1;33"), (404, "1;31"), (500, "1;31")]
    )
    func colours(status: Int, attributes: String) {
        let text = line(status: status).text(colours: true)
        #expect(text.hasPrefix("15:04:05 \u{1B}[\(attributes)m\(status)\u{1B}[0m GET /a.txt  "))
    }

    @Test("No client steers the terminal")
    func hostile() {
        let text = line(target: "/\u{1B}[2J\n\u{202E}\u{9B}31m").text(colours: false)
        #expect(text == "15:04:05 200 GET /␛[2J␊\u{FFFD}\u{FFFD}31m  512 B  1.3 ms  192.168.1.7\n")
    }

    @Test("The addresses of the machine become URLs that others can open")
    func addresses() {
        let machine: [InternetAddress] = [
            "127.0.0.1", "::1", "2001:db8::7", "fe80::1", "192.168.1.7", "169.254.3.4", "10.0.0.7",
        ]
        let v4 = ServeAddresses(port: 8080, addresses: machine, includesIPv6: false)
        #expect(v4.local == "http://127.0.0.1:8080/")
        #expect(v4.network == ["http://192.168.1.7:8080/", "http://10.0.0.7:8080/"])
        let both = ServeAddresses(port: 80, addresses: machine, includesIPv6: true)
        #expect(both.network == ["http://192.168.1.7:80/", "http://10.0.0.7:80/", "http://[2001:db8::7]:80/"])
    }

    @Test("Caches are given seconds, or words")
    func cache() {
        #expect(CacheArgument(argument: "0") == .seconds(0))
        #expect(CacheArgument(argument: "31536000") == .seconds(31_536_000))
        #expect(CacheArgument(argument: "no-cache") == .revalidate)
        #expect(CacheArgument(argument: "no-store") == .never)
        for text in ["", "-1", "1.5", "soon", "99999999999999999999"] {
            #expect(CacheArgument(argument: text) == nil)
        }
    }
}
