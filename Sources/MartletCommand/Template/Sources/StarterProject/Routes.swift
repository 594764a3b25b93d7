import Martlet
import MartletTelemetry
import MartletWeb

/// A greeting, as JSON.
struct Greeting: Codable, Equatable, Validatable {
    var name: String
    var text: String

    func validate(_ validation: inout Validation) {
        validation.require(!name.isEmpty, "must not be empty", at: "name")
        validation.require((1...200).contains(text.count), "must have 1 to 200 characters", at: "text")
    }
}

/// The routes of the server. The tests use them without a port.
func routes(_ settings: Settings) throws -> Router {
    let health = try Health()
    var router = Router()
    router.use(ErrorPages())
    router.get("/livez", health.live)
    router.get("/readyz", health.ready)
    router.get("/greetings/{name}", String.self) { request, name in
        try await request.response.end(json: Greeting(name: name, text: "Hello, \(name)!"))
    }
    router.post("/greetings", json: Greeting.self) { request, greeting in
        request.response.status = .created
        try await request.response.end(json: greeting)
    }
    // Everything else is a file of the directory Public.
    router.mount("/", VirtualDirectory(settings.publicDirectory))
    return router
}
