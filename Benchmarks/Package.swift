// swift-tools-version: 6.2

// The servers that `script/bench` measures. A package of its own, so that
// nobody who uses Martlet resolves Hummingbird or any other peer.

import PackageDescription

/// `script/bench` sets this as soon as Martlet has a server. It is an
/// environment variable rather than a look at the file system, because SwiftPM
/// caches what a manifest evaluates to by its text and its environment.
let martletHasServer = Context.environment["MARTLET_BENCHMARKS_SERVER"] == "1"

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "martlet-benchmarks",
    platforms: [.macOS(.v26)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    ],
    targets: [
        .target(
            name: "BenchmarkSupport",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "raw-nio",
            dependencies: [
                "BenchmarkSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "nio-http1",
            dependencies: [
                "BenchmarkSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "hummingbird",
            dependencies: [
                "BenchmarkSupport",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
    ]
)

if martletHasServer {
    package.dependencies.append(.package(name: "martlet", path: ".."))
    package.targets.append(
        .executableTarget(
            name: "martlet-files",
            dependencies: [
                "BenchmarkSupport",
                .product(name: "Martlet", package: "martlet"),
                .product(name: "MartletFiles", package: "martlet"),
            ],
            swiftSettings: settings
        )
    )
    for name in ["martlet-hello", "martlet-drain"] {
        package.targets.append(
            .executableTarget(
                name: name,
                dependencies: ["BenchmarkSupport", .product(name: "Martlet", package: "martlet")],
                swiftSettings: settings
            )
        )
    }
}
