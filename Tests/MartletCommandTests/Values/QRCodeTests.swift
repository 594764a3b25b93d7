import Testing

@testable import MartletCommand

@Suite("QR codes")
struct QRCodeTests {
    /// A code whose rows were made by another program (qrcode 8), each a number in base 16.
    struct Vector: Sendable {
        let text: String
        let level: QRCode.Level
        let mask: Int
        let rows: String
    }

    private func rows(_ code: QRCode) -> [String] {
        (0..<code.size).map { row in (0..<code.size).map { code[row, $0] ? "#" : "." }.joined() }
    }

    @Test("The address of a server")
    func address() throws {
        let code = try #require(QRCode(Array("http://192.168.1.7:8080/".utf8), mask: 3))
        let expected = """
            #######.#.##..#...#######
            #.....#.###.##....#.....#
            #.###.#..#######..#.###.#
            #.###.#.######....#.###.#
            #.###.#..###.#.#..#.###.#
            #.....#...#.#.....#.....#
            #######.#.#.#.#.#.#######
            ........#..#..#..........
            #.##.###...##.....#..#.##
            .....#..#.##.##..#.....#.
            #..#.#####.##.#..#.##....
            #.####..#....#.#..#####..
            ##..###.##...#....###.###
            .#.#....##.#...#.##.#...#
            .#.#.##.#.#.##..###...##.
            #.......#...#..#.....#..#
            ....#.#.##.#.############
            ........###.#.###...#...#
            #######.#..##...#.#.#####
            #.....#.###.#.#.#...#..#.
            #.###.#....#....#####...#
            #.###.#.##..#.###.###.###
            #.###.#.#.###.##..#.####.
            #.....#..#.###.#....#.#..
            #######.##.###.#.########
            """
        #expect(rows(code).joined(separator: "\n") == expected)
    }

    @Test("Codes of all kinds are those of another program", arguments: vectors)
    func known(vector: Vector) throws {
        let code = try #require(QRCode(Array(vector.text.utf8), level: vector.level, mask: vector.mask))
        let expected = vector.rows.split(separator: " ").map { row in
            let bits = String(UInt64(row, radix: 16) ?? 0, radix: 2)
            return String(repeating: "0", count: max(code.size - bits.count, 0)) + bits
        }
        #expect(rows(code).map { String($0.map { $0 == "#" ? "1" : "0" }) } == expected)
    }

    @Test("Without a mask the best one is taken, and every number of bytes finds its size")
    func sizes() throws {
        var sizes: [Int] = []
        for count in 0...271 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let code = try #require(QRCode(bytes, level: .low))
            let all = (0..<8).compactMap { QRCode(bytes, level: .low, mask: $0) }
            #expect(all.contains(code))
            if sizes.last != code.size { sizes.append(code.size) }
            if count == 213 { #expect(QRCode(bytes) != nil) }
        }
        #expect(sizes == [21, 25, 29, 33, 37, 41, 45, 49, 53, 57])
        #expect(QRCode(Array(repeating: 0, count: 272), level: .low) == nil)
        #expect(QRCode(Array(repeating: 0, count: 214)) == nil)
    }

    @Test("A terminal shows two rows in a line, dark on light or, without colours, light on dark")
    func terminal() throws {
        let code = try #require(QRCode(Array("a".utf8), mask: 0))
        let plain = code.text(colours: false).split(separator: "\n")
        #expect(plain.count == 13)
        #expect(plain.allSatisfy { $0.count == code.width })
        #expect(plain[0] == "█████████████████████████")
        #expect(plain[1].hasPrefix("██ ▄▄▄▄▄ █"))
        let coloured = code.text(colours: true).split(separator: "\n")
        #expect(coloured[1].hasPrefix("\u{1B}[30;107m  █▀▀▀▀▀█ "))
        #expect(coloured.allSatisfy { $0.hasSuffix("\u{1B}[0m") })
    }

    // MARK: Vectors

    private static let vectors: [Vector] = [
        // Version 1.
        Vector(
            text: "a",
            level: .medium,
            mask: 0,
            rows: """
                1fc17f 105d41 17465d 17495d 17555d 104d41 1fd57f 300 154a12 cbc46 2d111 101844 10d155 12ab \
                1fc2ef 104bb8 1752ed 174046 175111 104c46 1fd957
                """
        ),
        // Version 1.
        Vector(
            text: "a",
            level: .low,
            mask: 7,
            rows: """
                1fcb7f 105a41 17595d 174a5d 17515d 105341 1fd57f 1f00 1a6c76 5a446 85983 1e1e0d 19e155 \
                1e39 1fd0a6 104fb8 17427f 17560f 174911 105cd4 1fdb1e
                """
        ),
        // Version 1.
        Vector(
            text: "http://10.0.0.7/",
            level: .low,
            mask: 1,
            rows: """
                1fd27f 105c41 174c5d 17425d 17505d 105441 1fd57f 1d00 1cdcf3 5b53b 57f7d ebc38 14702 1f19 \
                1fc7fd 105538 174083 1749d2 1753bf 105010 1fd721
                """
        ),
        // Version 4.
        Vector(
            text: String(repeating: "x", count: 60),
            level: .medium,
            mask: 2,
            rows: """
                1fc8db67f 1047e4941 1756a495d 17544b65d 1753ab65d 105624941 1fd55557f 1824900 17c2db67c \
                2ac5b6c3 13e324966 13b06493c 1f771b699 e2d5b6c3 1ccaa4966 1e872493c 16c4db699 1495db6c3 \
                1d68e4966 1f23e493c 14709b699 1b191b6c3 17d424966 15b7e493c 167ddb7fb 1b1b713 1fce24b56 \
                105024b1c 17531b5f9 1755db593 1759e48c4 1042e4a6c 1fd55b73a
                """
        ),
        // Version 6.
        Vector(
            text: String(repeating: "x", count: 100),
            level: .medium,
            mask: 4,
            rows: """
                1fd7d0e387f 1044171c741 174dcce385d 17555b1c75d 1753d8e385d 1050d71c741 1fd5555557f \
                1108e3800 117a38e38f9 119da8e38fb 17e5f8e38a1 1cbf48e38fb 1ac729e38a1 111fcae38fb \
                e64eae38a1 43f7be38fb ac628e38a1 ab4c8e38fb 944d4e38a1 108850e38fb 9ec80238a1 8088ca38fb \
                95c58e38a1 10bc58e38fb 9ec98e38a2 81318e38fb cff78e38a1 170178e38fb 9e648e38a1 11153be38fb \
                4fd59e38a1 70258e38fb 18677ae39f1 1620e391b 1fde0823b51 104b4c63b1b 1751f463bf1 \
                174628a3ba9 174a4ce3901 104fc8e3bab 1fdd30e3902
                """
        ),
        // Version 7.
        Vector(
            text: String(repeating: "y", count: 120),
            level: .medium,
            mask: 5,
            rows: """
                1fc9c185597f 1052b2bd9a41 1755dd353a5d 175c6e8ffb5d 174e5bf8e75d 1040991d9841 1fd55555557f \
                1e93173400 105619f8e2ce 1c8d642ffff2 1170b03f97fe 18af9cb7347e 1fc9d5255452 1a1f296aeba3 \
                1ef5b33f97fe 1c864ff2202f ddfee48e289 169f896aeba3 167308522125 10222eb7347e 7fd8ff8e3f9 \
                51ac91fff12 751755f975e 71a7f17351e 3f05df555f2 1933dfcae9a3 75b7def968e 38725f2228d \
                84c9b38e059 1b2fc7cae9a3 6fa5a822055 68bb0b736de 14409738e059 14bf128ffdf2 14cd1ef968e \
                f0b00b736de 13443df557f2 1aa31aeb13 1fc4fb5f955e 104caf12211f 174d61f8e3f9 1741aabaea73 \
                17402a222155 1046f76737ac 1fdf5e38e0fa
                """
        ),
        // Version 7.
        Vector(
            text: String(repeating: "z", count: 150),
            level: .low,
            mask: 6,
            rows: """
                1fdb1186617f 10439271a241 1747e34c1a5d 1743ee833b5d 174983ff475d 104b491c1841 1fd55555557f \
                1a931b0400 1b4e0dfd0a41 615b82ccfc2 1bd63adb06bb 4bb4ae6b265 e5246299892 2812a65eb50 \
                14e0e1b6b060 aa403c2202c 55bd460bc00 811f1085d8b fdaa8922229 d32918b04be 1dff0ffd0bfb \
                1f12bb1ccf12 1351395b055b 1f1e4b16b315 9fd45f99bf2 99d28c5eba0 c6fe2a6b220 15010332228c \
                9d4d620bf10 17b1f3a85d7b 18e2ab822069 7a4917b061e c558d4d09cb 1ba67a8ccf32 14a39cb04fb \
                f184a16b0c5 135445f99bf1 1b2915e910 1fc86156b350 10440312211c 175995f0bdf0 175b31e85c6a \
                1741aa22219a 1051906b045f 1fda0cbd0868
                """
        ),
        // Version 10.
        Vector(
            text: String(repeating: "z", count: 200),
            level: .medium,
            mask: 1,
            rows: """
                1fdfa616666667f 1043925ddddd241 175c9ca89888e5d 174358b64666a5d 1742a81fd66625d \
                10501b1c4dddc41 1fd55555555557f 2a69c7777500 146d23c7d999825 2bc9ba59999a97 \
                1d7f742a2222229 111265a7777579 36d13339999892 cbcdb3e9999a97 1c77f4eb2222229 \
                311d63f7777578 16d81cd9999892 8b06ba59999a97 1973c4aa2222229 595ed9bf777579 e583019999892 \
                98a6225d999a97 16ecaaae222229 da5e29b4777579 8ff83018999892 11ba62259999a97 1fd0ba7c2223f9 \
                d1762947777719 b5cd30d5999b52 19199a2c5999b17 19ffaba7e2221f9 6b6129df7777d9 \
                a4c93d49999b82 15290ac25999a64 1e672b526222068 92a2c5f7777d8 9c8d04f9999b83 \
                112929a75999a67 1be73b2e6222069 592b91ff7777d9 841dec49999b82 10252ba25999a67 \
                a6632226222069 1d17b81dc7777d9 8d8d5c4f999b82 11372fa29999a67 14c7fc22e222069 \
                1f24311db7777d9 7acdcfd999bf2 166bac5999917 1fd78cad6222159 104671947777519 \
                174a1d77d9999f2 1746ab7f5999b74 175b6c29a22219b 104611b5b777598 1fd65cc61999a21
                """
        ),
        // Version 10.
        Vector(
            text: String(repeating: "~", count: 271),
            level: .low,
            mask: 3,
            rows: """
                1fd8ca7bd0bd67f 104294fb6db6241 1752e536db6d65d 17599f242f4225d 1757a7c7cbd0a5d \
                104e4f945b6dc41 1fd55555555557f e3e5c6db6d00 1e5929f7c2f439d 16bcca7fd0bd3bb \
                1d694f36db6fbf e90e532db6db6b 16519f2c2f42e4b 527a7c90bd08d6 17684f9edb6d964 \
                92053e9b6db6dd 146af29af42f526 12867ca4bd0be0d 17edf945b6db4d2 132c3e5f6db6db0 \
                1ed2a9f742f43fd 7b60a7fd0bd3bb 1bc094f36db6fbf 1f246532db6db69 14ed5f2c2f42e4b \
                90e27c90bd08d6 15fdcf97db6d9f4 1b1e93e476db71d 1155f295742f556 17107ca47d0bf1d \
                3f9b94ff6db7f2 c233e5b6db6db0 1da69f6c2f406d 19180a7010bd24b bc294f92db6ddf 49f2536db6db6b \
                5c95f2daf42ddb 111da7c6cbd0925 9444f949b6db06 18d53edb6db6de 2c9329b742f6b5 \
                1a1b3cab7d0bffd 875f94ff6db6b2 94fe5b6db6db0 5c4a9f6c2f406d 1123ca7010bd24b \
                14d154f92db6ddf 1f246536db6db6b 481f2fef42dfb 1c27cc4bd0b16 1fca4f9d5b6db54 \
                104d53e476db71d 1745329ff42f5f6 175c3ca6fd0bf6e 175d394c36db740 10567e512db6fd1 \
                1fd429f2c2f436c
                """
        ),
    ]
}
