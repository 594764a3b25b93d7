// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that no user of Martlet resolves or builds any of this. `script/fuzz` builds it with
// `-sanitize=fuzzer,address`, which has to apply to the dependencies too and so cannot stand here.
let package = Package(
    name: "fuzzing",
    platforms: [.macOS(.v26)],
    dependencies: [
        .package(name: "martlet", path: "..", traits: ["Brotli", "Zstandard"]),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .target(name: "CFuzzer"),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "CFuzzer",
                .product(name: "HTTPWire", package: "martlet"),
                .product(name: "Martlet", package: "martlet"),
                .product(name: "MartletWeb", package: "martlet"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ]
        ),
    ]
)
