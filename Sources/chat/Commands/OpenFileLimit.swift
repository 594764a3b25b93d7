import CLibrary

/// The limit on the number of open files and sockets of the process.
enum OpenFileLimit {
    /// Raises the limit as far as the system allows: each client is a socket.
    static func raise() {
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = min(limit.rlim_max, 1_048_576)
        setrlimit(resource, &limit)
    }
}
