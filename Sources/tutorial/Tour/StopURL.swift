import Martlet

/// The URL of a program, for a page that was requested from a host: the programs are reachable at the same one.
struct StopURL {
    let stop: TourStop
    let host: Authority?

    var text: String {
        guard let host, let authority = Authority(host: host.host, port: stop.server.port) else {
            return stop.server.url
        }
        return "\(stop.server.url.prefix { $0 != ":" })://\(authority)/"
    }
}
