import Testing

@testable import MartletCommand

@Suite("The progress of a download")
struct ProgressLineTests {
    @Test("A line tells how far it is, how fast, and how long it will take")
    func running() {
        let line = ProgressLine(name: "a.iso", width: 90)
        #expect(
            line.running(written: 34_816_000, total: 67_108_864, received: 34_816_000, elapsed: .seconds(3))
                == "a.iso   51% [################...............] 33.2 MiB of 64.0 MiB, 11.1 MiB/s, 2.8 s left"
        )
        #expect(
            line.running(written: 512, total: 1024, received: 512, elapsed: .seconds(1))
                == "a.iso   50% [###################...................] 512 B of 1.0 KiB, 512 B/s, 1.0 s left"
        )
        #expect(line.running(written: 0, total: 10, received: 0, elapsed: .zero).hasSuffix("] 0 B of 10 B, 0 B/s"))
        #expect(
            line.running(written: 2048, total: nil, received: 2048, elapsed: .seconds(2)) == "a.iso  2.0 KiB, 1.0 KiB/s"
        )
    }

    @Test("What was there before does not count as fast")
    func continued() {
        let line = ProgressLine(name: "a", width: 64)
        #expect(
            line.running(written: 3072, total: 4096, received: 1024, elapsed: .seconds(1))
                == "a   75% [#########...] 3.0 KiB of 4.0 KiB, 1.0 KiB/s, 1.0 s left"
        )
    }

    @Test("The last line stays")
    func finished() {
        let line = ProgressLine(name: "a", width: 60)
        #expect(
            line.finished(written: 64, received: 64, elapsed: .seconds(75))
                == "a  100% [########################] 64 B in 1 min 15 s, 0 B/s"
        )
    }

    @Test("No line is wider than the terminal, whatever the figures")
    func width() {
        for width in [0, 1, 10, 30, 79] {
            let line = ProgressLine(name: "falcon", width: width)
            let texts = [
                line.running(written: .max, total: .max, received: 1, elapsed: .seconds(1_000_000)),
                line.running(written: 7, total: 3, received: 7, elapsed: .nanoseconds(1)),
                line.running(written: .max, total: nil, received: .max, elapsed: .seconds(1)),
                line.finished(written: .max, received: 0, elapsed: .seconds(100_000)),
            ]
            for text in texts { #expect(text.count <= width) }
        }
    }

    @Test(
        "Bytes are counted in units of 1024",
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1_048_575, "1.0 MiB"),
            (1_073_741_824, "1.0 GiB"), (.max, "8388608.0 TiB"),
        ]
    )
    func byteCount(bytes: Int, text: String) {
        #expect("\(ByteCount(bytes))" == text)
    }
}
