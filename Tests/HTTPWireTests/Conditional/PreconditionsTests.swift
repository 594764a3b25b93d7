import HTTPTypes
import HTTPWire
import Testing

/// When the representation of the tests was modified, a second before and a second after.
private let modified = "Sat, 29 Oct 1994 19:43:31 GMT"
private let earlier = "Sat, 29 Oct 1994 19:43:30 GMT"
private let later = "Sat, 29 Oct 1994 19:43:32 GMT"

@Suite("Conditional requests (RFC 9110 section 13)")
struct PreconditionsTests {
    private func evaluate(
        _ method: HTTPRequest.Method,
        _ fields: HTTPFields,
        tag: String? = "\"a\"",
        date: String? = modified,
        exists: Bool = true
    ) -> Preconditions.Outcome {
        Preconditions(fields).evaluate(
            for: method,
            tag: tag.flatMap { EntityTag($0) },
            lastModified: date.flatMap { HTTPDate($0) },
            exists: exists
        )
    }

    @Test("none: proceed")
    func none() {
        #expect(Preconditions([:]).isEmpty)
        #expect(evaluate(.get, [:]) == .proceed)
    }

    @Test(
        "If-Match compares strongly (section 13.1.1)",
        arguments: [
            ("\"a\"", "\"a\"", .proceed), ("\"b\", \"a\"", "\"a\"", .proceed), ("\"b\"", "\"a\"", .failed),
            ("W/\"a\"", "\"a\"", .failed), ("\"a\"", "W/\"a\"", .failed), ("W/\"a\"", "W/\"a\"", .failed),
            ("*", "\"a\"", .proceed), ("*", nil, .proceed), ("\"a\"", nil, .failed), ("a", "\"a\"", .failed),
        ] as [(String, String?, Preconditions.Outcome)]
    )
    func ifMatch(value: String, tag: String?, outcome: Preconditions.Outcome) {
        for method in [HTTPRequest.Method.get, .head, .put, .delete, .post] {
            #expect(evaluate(method, [.ifMatch: value], tag: tag) == outcome)
        }
    }

    @Test("If-Match fails where there is no representation", arguments: ["*", "\"a\""])
    func ifMatchNothing(value: String) {
        #expect(evaluate(.put, [.ifMatch: value], tag: nil, date: nil, exists: false) == .failed)
    }

    @Test(
        "If-None-Match compares weakly (section 13.1.2)",
        arguments: [
            ("\"a\"", "\"a\"", .notModified), ("W/\"a\"", "\"a\"", .notModified), ("\"a\"", "W/\"a\"", .notModified),
            ("\"b\", \"a\"", "\"a\"", .notModified), ("\"b\"", "\"a\"", .proceed), ("*", "\"a\"", .notModified),
            ("*", nil, .notModified), ("\"a\"", nil, .proceed), ("a", "\"a\"", .proceed),
        ] as [(String, String?, Preconditions.Outcome)]
    )
    func ifNoneMatch(value: String, tag: String?, outcome: Preconditions.Outcome) {
        #expect(evaluate(.get, [.ifNoneMatch: value], tag: tag) == outcome)
        #expect(evaluate(.head, [.ifNoneMatch: value], tag: tag) == outcome)
        let failed = outcome == .notModified ? Preconditions.Outcome.failed : .proceed
        #expect(evaluate(.put, [.ifNoneMatch: value], tag: tag) == failed)
        #expect(evaluate(.delete, [.ifNoneMatch: value], tag: tag) == failed)
    }

    @Test("If-None-Match: * lets a representation be created")
    func create() {
        #expect(evaluate(.put, [.ifNoneMatch: "*"], tag: nil, date: nil, exists: false) == .proceed)
    }

    @Test(
        "If-Modified-Since counts for GET and HEAD (section 13.1.3)",
        arguments: [
            (modified, .notModified), (later, .notModified), (earlier, .proceed), ("yesterday", .proceed),
            ("", .proceed),
            ("Saturday, 29-Oct-94 19:43:31 GMT", .notModified), ("Sat Oct 29 19:43:31 1994", .notModified),
        ] as [(String, Preconditions.Outcome)]
    )
    func ifModifiedSince(value: String, outcome: Preconditions.Outcome) {
        #expect(evaluate(.get, [.ifModifiedSince: value]) == outcome)
        #expect(evaluate(.head, [.ifModifiedSince: value]) == outcome)
        #expect(evaluate(.put, [.ifModifiedSince: value]) == .proceed)
        #expect(evaluate(.get, [.ifModifiedSince: value], date: nil) == .proceed)
    }

    @Test("If-Modified-Since is ignored beside If-None-Match, whatever that says")
    func modifiedBesideNoneMatch() {
        #expect(evaluate(.get, [.ifNoneMatch: "\"b\"", .ifModifiedSince: later]) == .proceed)
        #expect(evaluate(.get, [.ifNoneMatch: "nonsense", .ifModifiedSince: later]) == .proceed)
        #expect(evaluate(.get, [.ifNoneMatch: "\"a\"", .ifModifiedSince: earlier]) == .notModified)
    }

    @Test(
        "If-Unmodified-Since counts for all methods (section 13.1.4)",
        arguments: [
            (modified, .proceed), (later, .proceed), (earlier, .failed), ("yesterday", .proceed),
        ] as [(String, Preconditions.Outcome)]
    )
    func ifUnmodifiedSince(value: String, outcome: Preconditions.Outcome) {
        for method in [HTTPRequest.Method.get, .head, .put, .delete] {
            #expect(evaluate(method, [.ifUnmodifiedSince: value]) == outcome)
            #expect(evaluate(method, [.ifUnmodifiedSince: value], date: nil) == .proceed)
        }
    }

    @Test("If-Unmodified-Since is ignored beside If-Match, whatever that says")
    func unmodifiedBesideMatch() {
        #expect(evaluate(.put, [.ifMatch: "\"a\"", .ifUnmodifiedSince: earlier]) == .proceed)
        #expect(evaluate(.put, [.ifMatch: "\"b\"", .ifUnmodifiedSince: later]) == .failed)
    }

    @Test("a list of dates is no date")
    func listOfDates() {
        var fields: HTTPFields = [:]
        fields.append(HTTPField(name: .ifModifiedSince, value: later))
        fields.append(HTTPField(name: .ifModifiedSince, value: later))
        fields.append(HTTPField(name: .ifUnmodifiedSince, value: earlier))
        fields.append(HTTPField(name: .ifUnmodifiedSince, value: earlier))
        #expect(evaluate(.get, fields) == .proceed)
    }

    @Test("several fields are one list")
    func severalFields() {
        var fields: HTTPFields = [:]
        fields.append(HTTPField(name: .ifNoneMatch, value: "\"b\""))
        fields.append(HTTPField(name: .ifNoneMatch, value: "\"a\""))
        #expect(evaluate(.get, fields) == .notModified)
    }

    @Test("are evaluated in order: what failed before goes before what is not modified (section 13.2.2)")
    func order() {
        #expect(evaluate(.get, [.ifMatch: "\"b\"", .ifNoneMatch: "\"a\""]) == .failed)
        #expect(evaluate(.get, [.ifMatch: "\"a\"", .ifNoneMatch: "\"a\""]) == .notModified)
        #expect(evaluate(.get, [.ifUnmodifiedSince: earlier, .ifNoneMatch: "\"a\""]) == .failed)
        #expect(evaluate(.get, [.ifUnmodifiedSince: earlier, .ifModifiedSince: later]) == .failed)
        #expect(evaluate(.get, [.ifUnmodifiedSince: later, .ifModifiedSince: modified]) == .notModified)
        #expect(evaluate(.get, [.ifMatch: "*", .ifModifiedSince: earlier]) == .proceed)
    }

    @Test("mean nothing to CONNECT, OPTIONS and TRACE (section 13.2.1)")
    func otherMethods() {
        for method in [HTTPRequest.Method.connect, .options, .trace] {
            #expect(evaluate(method, [.ifMatch: "\"b\"", .ifNoneMatch: "*"]) == .proceed)
        }
    }

    @Test(
        "If-Range holds for the very version (section 13.1.5)",
        arguments: [
            ("\"a\"", "\"a\"", true), ("\"b\"", "\"a\"", false), ("W/\"a\"", "\"a\"", false),
            ("\"a\"", "W/\"a\"", false),
            ("\"a\"", nil, false), (modified, "\"a\"", true), (later, "\"a\"", false), (earlier, "\"a\"", false),
        ] as [(String, String?, Bool)]
    )
    func ifRange(value: String, tag: String?, matches: Bool) throws {
        let condition = try #require(IfRange(value))
        let (date, now) = (HTTPDate(modified), try #require(HTTPDate(later)))
        #expect(condition.matches(tag.flatMap { EntityTag($0) }, lastModified: date, now: now) == matches)
    }

    @Test("If-Range with the date of this very second could mean two versions")
    func ifRangeNow() throws {
        let date = try #require(HTTPDate(modified))
        #expect(!IfRange.date(date).matches(nil, lastModified: date, now: date))
        #expect(!IfRange.date(date).matches(nil, lastModified: nil, now: date))
    }

    @Test("If-Range is a tag or a date", arguments: ["", "*", "\"a\", \"b\"", "a", "1994"])
    func malformedIfRange(value: String) {
        #expect(IfRange(value) == nil)
    }
}
