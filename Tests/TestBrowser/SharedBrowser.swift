import Testing

/// One browser for all the suites that run at the same time; it is started for the first and ended after the last.
actor SharedBrowser {
    static let shared = SharedBrowser()

    private var users = 0
    private var browser: Task<Browser, any Error>?

    func use(_ body: @concurrent @Sendable () async throws -> Void) async throws {
        users += 1
        let starting = browser ?? Task { try await Browser.start() }
        browser = starting
        do {
            let browser = try await starting.value
            try await Browser.$current.withValue(browser) { try await body() }
        } catch {
            await leave()
            throw error
        }
        await leave()
    }

    private func leave() async {
        users -= 1
        guard users == 0, let ending = browser else { return }
        browser = nil
        await (try? ending.value)?.end()
    }
}

/// Gives a suite a browser.
package struct BrowserTrait: SuiteTrait, TestScoping {
    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await SharedBrowser.shared.use(function)
    }
}

extension Trait where Self == BrowserTrait {
    /// A browser that runs while the suite does, for `Browser.withPage`.
    package static var browser: BrowserTrait { BrowserTrait() }
}
