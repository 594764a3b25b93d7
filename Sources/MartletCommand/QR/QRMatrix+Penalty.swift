extension QRMatrix {
    /// How hard the code is to read: runs and blocks of one colour, what looks like a corner, one colour prevailing.
    var penalty: Int {
        var penalty = 0
        for index in 0..<size {
            penalty += Self.penalty(of: (0..<size).map { self[index, $0] })
            penalty += Self.penalty(of: (0..<size).map { self[$0, index] })
        }
        var dark = 0
        for row in 0..<size {
            for column in 0..<size {
                let module = self[row, column]
                if module { dark += 1 }
                guard row + 1 < size, column + 1 < size else { continue }
                if module == self[row + 1, column], module == self[row, column + 1], module == self[row + 1, column + 1]
                {
                    penalty += 3
                }
            }
        }
        // Ten for each five percent that the dark ones are away from half.
        let total = size * size
        return penalty + abs(dark * 20 - total * 10) / total * 10
    }

    private static let corner = [true, false, true, true, true, false, true]

    private static func penalty(of line: [Bool]) -> Int {
        var (penalty, run) = (0, 0)
        for (index, module) in line.enumerated() {
            run = index > 0 && line[index - 1] == module ? run + 1 : 1
            if run == 5 { penalty += 3 } else if run > 5 { penalty += 1 }
        }
        for start in 0...max(line.count - 7, 0) where line[start...].prefix(7).elementsEqual(corner) {
            // Beyond the edge everything is light.
            let before = line[..<start].suffix(4).contains(true)
            let after = line[min(start + 7, line.count)...].prefix(4).contains(true)
            if !before { penalty += 40 }
            if !after { penalty += 40 }
        }
        return penalty
    }
}
