import HTTPWire
import Martlet
import MartletWeb
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite("Fields of forms and queries, as values")
struct FieldDecodingTests {
    private enum Color: String, Decodable { case red, green }
    private enum Level: Int, Decodable { case low = 1, high }

    private struct All: Decodable, Equatable {
        var text: String
        var number: Int
        var small: UInt8
        var fraction: Double
        var flag: Bool
        var color: Color
        var level: Level
        var id: UUID
        var link: URL
        var day: Date
        var time: Date
        var names: [String]
        var numbers: Set<Int>
        var colors: [Color]
        var none: [Int]
        var optionalText: String?
        var optionalNumber: Int?
        var optionalList: [Int]?
    }

    @Test("are read by the types of the properties")
    func all() throws {
        let query = try QueryParameters(
            "text=a+b%26&number=1&number=-2&small=255&fraction=1.5e1&flag=On&color=green&level=2"
                + "&id=E621E1F8-C36C-495A-93FC-0C247A3E6E5F&link=https://a.example/%3Fb&day=1970-01-02"
                + "&time=1970-01-01T01:00:00.5%2B00:30&names=x&names=&names=y&numbers=3&numbers=3&colors=red"
                + "&optionalText=&optionalNumber=&other=1"
        )
        let value = try query.decode(All.self)
        #expect(value.text == "a b&" && value.number == -2 && value.small == 255 && value.fraction == 15)
        #expect(value.flag && value.color == .green && value.level == .high)
        #expect(value.id.uuidString == "E621E1F8-C36C-495A-93FC-0C247A3E6E5F")
        #expect(value.link.absoluteString == "https://a.example/?b")
        #expect(value.day.timeIntervalSince1970 == 86_400 && value.time.timeIntervalSince1970 == 1_800.5)
        #expect(value.names == ["x", "", "y"] && value.numbers == [3] && value.colors == [.red] && value.none.isEmpty)
        #expect(value.optionalText == "" && value.optionalNumber == nil && value.optionalList == nil)
    }

    private struct One<Value: Decodable>: Decodable {
        var value: Value
    }

    private func mistake<Value: Decodable>(_ query: String, _ type: Value.Type) throws -> String {
        let query = try QueryParameters(query)
        let error = #expect(throws: InputError.self) { _ = try query.decode(One<Value>.self) }
        #expect(error?.source == .query && error?.mistakes.count == 1 && error?.mistakes.first?.field == "value")
        return error?.mistakes.first?.detail ?? ""
    }

    @Test("are refused by name where they are wrong")
    func mistakes() throws {
        for text in ["value=a", "value=", "value=1.5", "value=+5", "value=0x1", "value=1&value=b"] {
            let detail = try mistake(text, Int.self)
            #expect(detail == "expected Int", "\(text)")
        }
        let big = try mistake("value=256", UInt8.self)
        #expect(big == "expected UInt8")
        for text in ["nan", "inf", "0x1p3", "1e999", "", "1,5"] {
            let detail = try mistake("value=\(text)", Double.self)
            #expect(detail == "expected Double", "\(text)")
        }
        let flag = try mistake("value=maybe", Bool.self)
        #expect(flag == "expected Bool")
        let missing = try mistake("valu=1", String.self)
        #expect(missing == "is missing")
        let element = try mistake("value=1&value=x", [Int].self)
        #expect(element == "expected Int")
        let color = try mistake("value=blue", Color.self)
        #expect(color.contains("blue"))
        for text in ["2026-02-30", "2026-11-30T25:00:00Z", "2026-11-30T10:00:00", "x", ""] {
            let day = try mistake("value=\(text)", Date.self)
            #expect(day == "expected a date such as 2026-11-30, or a time such as 2026-11-30T13:25:33Z", "\(text)")
        }
        let nested = try mistake("value=1", One<Int>.self)
        #expect(nested == "a field can't have fields of its own")
        let file = try mistake("value=1", UploadedFile.self)
        #expect(file == "expected a file")
    }

    @Test("have the names and dates of the format")
    func format() throws {
        struct Task: Decodable { var dueDate: Date, parentURL: URL? }
        let format = JSONFormat(dates: .secondsSince1970, keys: .snakeCase)
        let task = try QueryParameters("due_date=1.5&parent_url=/a").decode(Task.self, format: format)
        #expect(task.dueDate.timeIntervalSince1970 == 1.5 && task.parentURL?.absoluteString == "/a")
        let query = try QueryParameters("dueDate=1")
        let error = #expect(throws: InputError.self) { _ = try query.decode(Task.self, format: format) }
        #expect(error?.description == "The query is not valid: due_date is missing.")
        let later = JSONFormat(dates: .millisecondsSince1970)
        let date = try QueryParameters("value=1500").decode(One<Date>.self, format: later).value
        #expect(date.timeIntervalSince1970 == 1.5)
    }

    @Test("can be a dictionary, but no array and no single value")
    func others() throws {
        let query = try QueryParameters("a=1&b=2&b=3")
        let all = try query.decode([String: [Int]].self)
        #expect(all == ["a": [1], "b": [2, 3]])
        #expect(throws: InputError.self) { _ = try query.decode([Int].self) }
        #expect(throws: InputError.self) { _ = try query.decode(Int.self) }
    }

    @Test("pass on the answer of a type that decodes itself, and nothing else")
    func own() throws {
        struct Gone: Decodable {
            init(from decoder: any Decoder) throws { throw HTTPError(.gone) }
        }
        struct Failure: Error {}
        struct Failing: Decodable {
            init(from decoder: any Decoder) throws { throw Failure() }
        }
        #expect(throws: HTTPError(.gone)) { _ = try QueryParameters().decode(Gone.self) }
        #expect(throws: InputError([InputMistake("can't be decoded")], in: .query)) {
            _ = try QueryParameters().decode(Failing.self)
        }
    }
}
