import Testing

@testable import MartletCommand

@Suite("QR codes")
struct QRCodeTests {
    /// A code whose rows were made by another program (segno 1.6), each a number in base 16.
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
            #######.####..#...#######
            #.....#.####.#....#.....#
            #.###.#....#.###..#.###.#
            #.###.#.##.###....#.###.#
            #.###.#...####.#..#.###.#
            #.....#...###.....#.....#
            #######.#.#.#.#.#.#######
            ........#####.#..........
            #.##.###.#.##.....#..#.##
            ...#...#...####..#.....#.
            .###..#.##....#..#.##....
            ###....#.#.#.#.#..#####..
            #.#...#.###.##....###.###
            .#.#.....####..#.##.#...#
            .#...##..#.#.#..###...##.
            #.#.#..#..##...#.....#..#
            ......###.#..############
            ........#.#...###...#...#
            #######.##..#...#.#.#####
            #.....#.####..#.#...#..#.
            #.###.#.........#####...#
            #.###.#.#...#.###.###.###
            #.###.#.#####.##..#.####.
            #.....#..#.###.#....#.#..
            #######.#..###.#.########
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
                1fcc7f 105141 174f5d 17485d 175b5d 104241 1fd57f 800 154512 81aaa dd6e5 160fb8 1042e5 1447 \
                1fcd13 104844 175555 174aaa 175eed 104bba 1fd2ef
                """
        ),
        // Version 1.
        Vector(
            text: "a",
            level: .low,
            mask: 7,
            rows: """
                1fc57f 105541 17565d 17415d 175f5d 105c41 1fd57f 1000 1a6776 936aa 1bde77 1529f1 a7ae5 \
                14d5 1fd35a 104044 1741c7 175ce3 174aed 105f28 1fd0a6
                """
        ),
        // Version 1.
        Vector(
            text: "http://10.0.0.7/",
            level: .low,
            mask: 1,
            rows: """
                1fd27f 105c41 174c5d 17425d 175c5d 105041 1fd57f 1100 1cdcf3 17b13b 144b7d 1a3c38 1e302 \
                1319 1fcffd 105138 174883 174dd2 1753bf 105810 1fdb21
                """
        ),
        // Version 4.
        Vector(
            text: String(repeating: "x", count: 60),
            level: .medium,
            mask: 2,
            rows: """
                1fc85b67f 104324941 17522495d 17540b65d 1756ab65d 105524941 1fd55557f 1a24900 17c0db67c \
                12a4db6c3 b6fe4966 b3ca493c 16775b699 8881b6c3 1efaa4966 1e972493c 16c6db699 159d5b6c3 \
                1d6424966 6a72493c 16f8db699 19395b6c3 17f724966 1597e493c 167ddb7fb 139b713 1fcea4b56 \
                1050e4b1c 1757db5f9 1754db593 1759e48c4 1041e4a6c 1fd75b73a
                """
        ),
        // Version 6.
        Vector(
            text: String(repeating: "x", count: 100),
            level: .medium,
            mask: 4,
            rows: """
                1fd7d8e387f 10481b1c741 174980e385d 17595f1c75d 17539ce385d 1050d71c741 1fd5555557f \
                1108e3800 117a38e38f9 19da8e38fb 1f65f8e38a1 43f48e38fb a4638e38a1 191fcbe38fb e67e9e38a1 \
                43c68e38fb ac60ae38a1 ab4c0e38fb 94898e38a1 108c1ce38fb bf8c4238a1 e2cc8a38fb b6c58e38a1 \
                16bc58e38fb 9cc98e38a2 191318e38fb 4ff78e38a1 168178e38fb 106759e38a1 19171ae38fb \
                4fc4ae38a1 7015be38fb 186558e39f1 1e286391b 1fd604e3b51 104f40e3b1b 175d7023bf1 \
                17426ca3ba9 174a4ce3901 104fc8e3bab 1fdd30e3902
                """
        ),
        // Version 7.
        Vector(
            text: String(repeating: "y", count: 120),
            level: .medium,
            mask: 5,
            rows: """
                1fc9d185597f 105292bd9a41 1755dd353a5d 175c6e8ffb5d 174e5bf8e75d 1044951d9841 1fd55555557f \
                1e97173400 105f15f8e2ce 1c8d642ffff2 1173b03f97fe 182c9cb7347e 1ec9d5255452 1b9f296aeba3 \
                6f5f33f97fe 4864ff2202f 17df6e48e289 129fa96aeba3 127318522125 10121eb7347e 7fd8ff8e3f9 \
                51ac91fff12 751795f975e 71e7317351e 3f651f555f2 1936d7cae9a3 7787def968e 3a425f2228d \
                84c9b38e059 1b2fc7cae9a3 6fa1a822055 168b70b736de 18404738e059 10bf228ffdf2 14ce1ef968e \
                f0b10b736de 13443df557f2 1aa31aeb13 1fccf75f955e 1044a312211f 174b6df8e3f9 1745a2baea73 \
                17422a222155 1044f76737ac 1fdf5e38e0fa
                """
        ),
        // Version 7.
        Vector(
            text: String(repeating: "z", count: 150),
            level: .low,
            mask: 6,
            rows: """
                1fd61186617f 10409271a241 1746e34c1a5d 1743ee833b5d 174983ff475d 1047491c1841 1fd55555557f \
                16931b0400 1b440dfd0a41 1810b82ccfc2 1bd63adb06bb 72a4ae6b265 ee246299892 2312a65eb50 \
                4d0e1b6b060 aa803c2202c 1353d460bc00 1e16f1085d8b 9d8a8922229 d03918b04be 1dff0ffd0bfb \
                1f12bb1ccf12 1351395b055b f124b16b315 1ff745f99bf2 1d0228c5eba0 a5ce2a6b220 10320332228c \
                9d4d620bf10 17b1f3a85d7b 10eaab822069 fa8917b061e 1b5f8d4d09cb 5a97a8ccf32 14939cb04fb \
                f1b4a16b0c5 135445f99bf1 1b2915e910 1fcca156b350 10444312211c 175755f0bdf0 175831e85c6a \
                1742aa22219a 1052906b045f 1fda0cbd0868
                """
        ),
        // Version 10.
        Vector(
            text: String(repeating: "z", count: 200),
            level: .medium,
            mask: 1,
            rows: """
                1fdfa416666667f 1043925ddddd241 175c9fa8b888e5d 174358b67666a5d 1743a81fe66625d \
                10509bdc7dddc41 1fd55555555557f 1a65c7777500 146da307d999825 2bc9b259999a97 \
                1d7f74ea2222229 1126987777579 16d13d09999892 9bcdb819999a97 1cfbf4d42222229 719f6037777578 \
                16581c59999892 8b06ba59999a97 1973ccaa2222229 595e19b3777579 e58c015999892 98a6c251999a97 \
                96ec8aa6222229 d95e39b4777579 ce8301b999892 9b862258999a97 1fe4ba7f2223f9 d14a2947777719 \
                b5c930d5999b52 1919da2c5999b17 19ffabe7e2221f9 69612ddf7777d9 a4cb3f49999b82 \
                11290ab25999a64 1c6b3b626222068 9a92fdf7777d8 9c4d0419999b83 10a129a85999a67 \
                1b6737296222069 412bd18f7777d9 841d8c49999b82 102522a25999a67 a6633226222069 \
                1d17ba1dc7777d9 10d8d5c43999b82 11342fa25999a67 14c4fc222222069 1f25311d37777d9 \
                6acdcfd999bf2 16ebac5999917 1fd78ced6222159 104671d47777519 174a0dd7d9999f2 \
                1746bb4f5999b74 17576c19a22219b 10460185b777598 1fda5cc61999a21
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
