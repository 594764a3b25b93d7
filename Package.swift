// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

// Whether another package depends on this one. SwiftPM then reads this file out of the repository, where there is no folder,
// and from a folder among its checkouts.
let isDependency =
    Context.packageDirectory == "/" || Context.packageDirectory.split(separator: "/").dropLast().last == "checkouts"

// MARK: The libraries

let package = Package(
    name: "martlet",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "Martlet", targets: ["Martlet"]),
        .library(name: "MartletWeb", targets: ["MartletWeb"]),
        .library(name: "MartletTesting", targets: ["MartletTesting"]),
        .library(name: "MartletTelemetry", targets: ["MartletTelemetry"]),
        .library(name: "MartletConfiguration", targets: ["MartletConfiguration"]),
        .library(name: "MartletPasswords", targets: ["MartletPasswords"]),
        .library(name: "MartletRedis", targets: ["MartletRedis"]),
        .library(name: "HTTPWire", targets: ["HTTPWire"]),
    ],
    // What only a trait needs is fetched and built with that trait alone.
    traits: [
        .trait(name: "Brotli", description: "The content coding br; needs libbrotli."),
        .trait(name: "Configuration", description: "Servers can be set up by swift-configuration."),
        .trait(name: "MySQL", description: "The chat can log to MySQL and MariaDB; needs libmariadb."),
        .trait(name: "Passwords", description: "Passwords can be hashed, by swift-crypto."),
        .trait(name: "Redis", description: "Sessions, limits and events of several machines in Redis; needs hiredis."),
        .trait(name: "Telemetry", description: "Servers and clients can be measured and traced."),
        .trait(name: "Zstandard", description: "The content coding zstd; needs libzstd."),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CZlib",
            pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]
        ),
        // libbrotlicommon, which both halves need, comes with them.
        .systemLibrary(
            name: "CBrotli",
            pkgConfig: "libbrotlienc",
            providers: [.apt(["libbrotli-dev"]), .brew(["brotli"])]
        ),
        .systemLibrary(
            name: "CZstandard",
            pkgConfig: "libzstd",
            providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]
        ),
        // The C library of the platform, whose name differs.
        .target(name: "CLibrary", swiftSettings: settings),
        .target(name: "CEpoll"),
        .systemLibrary(name: "CFileSystem"),
        .target(
            name: "HTTPWire",
            dependencies: [
                .target(name: "CBrotli", condition: .when(traits: ["Brotli"])),
                "CLibrary",
                "CZlib",
                .target(name: "CZstandard", condition: .when(traits: ["Zstandard"])),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Martlet",
            dependencies: [
                .target(name: "CEpoll", condition: .when(platforms: [.linux])),
                "CLibrary",
                "HTTPWire",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "MartletWeb",
            dependencies: [
                "CFileSystem",
                "CLibrary",
                "HTTPWire",
                "Martlet",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            resources: [.embedInCode("Files/MediaTypes/mime.types")],
            swiftSettings: settings
        ),
        .target(
            name: "MartletTesting",
            dependencies: [
                "HTTPWire",
                "Martlet",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        // Apart from MartletWeb, for the packages of the trait; without it, it has what needs none of them.
        .target(
            name: "MartletTelemetry",
            dependencies: [
                .product(name: "CoreMetrics", package: "swift-metrics", condition: .when(traits: ["Telemetry"])),
                "HTTPWire",
                "Martlet",
                "MartletWeb",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(
                    name: "Tracing",
                    package: "swift-distributed-tracing",
                    condition: .when(traits: ["Telemetry"])
                ),
            ],
            swiftSettings: settings
        ),
        // Apart from Martlet, since swift-configuration needs all of Foundation. Empty without the trait.
        .target(
            name: "MartletConfiguration",
            dependencies: [
                .product(
                    name: "Configuration",
                    package: "swift-configuration",
                    condition: .when(traits: ["Configuration"])
                ),
                "Martlet",
            ],
            swiftSettings: settings
        ),
        // Apart from MartletWeb, for the code of CryptoExtras. Empty without the trait.
        .target(
            name: "MartletPasswords",
            dependencies: [
                "HTTPWire",
                "Martlet",
                .product(name: "Crypto", package: "swift-crypto", condition: .when(traits: ["Passwords"])),
                .product(name: "CryptoExtras", package: "swift-crypto", condition: .when(traits: ["Passwords"])),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        // Without pkg-config, whose -D_FILE_OFFSET_BITS=64 for hiredis SwiftPM warns of.
        .systemLibrary(
            name: "CHiredis",
            providers: [.apt(["libhiredis-dev"]), .brew(["hiredis"])]
        ),
        // Apart from MartletWeb, for the C library of the trait. Empty without it.
        .target(
            name: "MartletRedis",
            dependencies: [
                .target(name: "CHiredis", condition: .when(traits: ["Redis"])),
                "CLibrary",
                "HTTPWire",
                "Martlet",
                "MartletWeb",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
    ]
)

// MARK: The programs and the tests

// Users of the libraries get neither these nor the packages that they need.
if !isDependency {
    package.products += [
        .executable(name: "martlet", targets: ["MartletCommand"]),
        .executable(name: "tutorial", targets: ["tutorial"]),
        .executable(name: "chat", targets: ["chat"]),
    ]
    package.dependencies += [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ]
    package.targets += [
        // Certificates for https on one's own machine.
        .target(
            name: "DevelopmentCertificates",
            dependencies: [
                "CLibrary",
                "Martlet",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: settings
        ),
        // What programs do that serve until they are stopped.
        .target(
            name: "ProgramSupport",
            dependencies: [
                "Martlet",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        // Not "martlet": file systems that know no upper case would take it for the library.
        .executableTarget(
            name: "MartletCommand",
            dependencies: [
                "CLibrary",
                "HTTPWire",
                "DevelopmentCertificates",
                "Martlet",
                "MartletPasswords",
                "MartletWeb",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            // The project of `martlet new`, which is the target StarterProject as well.
            resources: [
                "Dockerfile", "Package.swift.template", "Public/index.html", "README.md", "dockerignore", "gitignore",
                "Sources/StarterProject/Program.swift", "Sources/StarterProject/Routes.swift",
                "Sources/StarterProject/Settings.swift", "Tests/StarterProjectTests/RoutesTests.swift",
                "starter-project.service",
            ].map { .embedInCode("Template/\($0)") },
            swiftSettings: settings
        ),
        .executableTarget(
            name: "tutorial",
            dependencies: [
                "CLibrary",
                "DevelopmentCertificates",
                "Martlet",
                "MartletTelemetry",
                "MartletWeb",
                "HTTPWire",
                "ProgramSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "CoreMetrics", package: "swift-metrics", condition: .when(traits: ["Telemetry"])),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            resources: [.copy("site")],
            swiftSettings: settings
        ),
        .systemLibrary(
            name: "CMariaDB",
            pkgConfig: "libmariadb",
            providers: [.apt(["libmariadb-dev"]), .brew(["mariadb-connector-c"])]
        ),
        .executableTarget(
            name: "chat",
            dependencies: [
                "CLibrary",
                .target(name: "CMariaDB", condition: .when(traits: ["MySQL"])),
                "HTTPWire",
                "Martlet",
                .target(name: "MartletRedis", condition: .when(traits: ["Redis"])),
                "MartletWeb",
                "ProgramSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            resources: [
                .embedInCode("page/chat.html"),
                .embedInCode("page/chat.css"),
                .embedInCode("page/chat.js"),
                .embedInCode("page/chat.svg"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "TestProcesses",
            path: "Tests/TestProcesses",
            swiftSettings: settings
        ),
        // Chromium, driven by tests.
        .target(
            name: "TestBrowser",
            dependencies: [
                "Martlet",
                "TestProcesses",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Tests/TestBrowser",
            swiftSettings: settings
        ),
        .testTarget(
            name: "HTTPWireTests",
            dependencies: [
                "HTTPWire",
                "TestProcesses",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "LinkageProbe",
            dependencies: ["HTTPWire", "Martlet"],
            path: "Tests/LinkageProbe",
            swiftSettings: settings
        ),
        .testTarget(
            name: "MartletTests",
            dependencies: [
                "CLibrary",
                "HTTPWire",
                "LinkageProbe",
                "Martlet",
                "TestBrowser",
                "TestProcesses",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "MartletCommandTests",
            dependencies: [
                "HTTPWire",
                "Martlet",
                "MartletCommand",
                "ReadmeProgram",
                "StarterProject",
                "TestProcesses",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "ServingProbe",
            dependencies: [
                "Martlet",
                "MartletTelemetry",
                "MartletWeb",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Tests/ServingProbe",
            swiftSettings: settings
        ),
        .testTarget(
            name: "MartletWebTests",
            dependencies: [
                "CLibrary",
                "HTTPWire",
                "Martlet",
                "MartletWeb",
                "ServingProbe",
                "TestBrowser",
                "TestProcesses",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "MartletConfigurationTests",
            dependencies: [
                .product(
                    name: "Configuration",
                    package: "swift-configuration",
                    condition: .when(traits: ["Configuration"])
                ),
                "Martlet",
                "MartletConfiguration",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "MartletTelemetryTests",
            dependencies: [
                "CLibrary",
                "HTTPWire",
                "Martlet",
                "MartletCommand",
                "MartletTelemetry",
                "MartletWeb",
                "ServingProbe",
                "TestProcesses",
                "tutorial",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "CoreMetrics", package: "swift-metrics", condition: .when(traits: ["Telemetry"])),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(
                    name: "Tracing",
                    package: "swift-distributed-tracing",
                    condition: .when(traits: ["Telemetry"])
                ),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "MartletPasswordsTests",
            dependencies: [
                "HTTPWire",
                "Martlet",
                "MartletPasswords",
                "MartletWeb",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "MartletRedisTests",
            dependencies: [
                .target(name: "CHiredis", condition: .when(traits: ["Redis"])),
                "CLibrary",
                "HTTPWire",
                "Martlet",
                "MartletRedis",
                "MartletTesting",
                "MartletWeb",
                "TestProcesses",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        // Whose requests script/bench --gate counts.
        .executableTarget(
            name: "RequestCost",
            dependencies: ["Martlet", "MartletTelemetry"],
            path: "Tests/RequestCost",
            swiftSettings: settings
        ),
        // The README's first program.
        .executableTarget(
            name: "ReadmeProgram",
            dependencies: ["Martlet"],
            path: "Tests/ReadmeProgram",
            swiftSettings: settings
        ),
        // The documents, and the samples in them and in comments.
        .testTarget(
            name: "DocumentationTests",
            dependencies: [
                .product(
                    name: "Configuration",
                    package: "swift-configuration",
                    condition: .when(traits: ["Configuration"])
                ),
                "DevelopmentCertificates",
                "HTTPWire",
                "Martlet",
                "MartletConfiguration",
                "MartletPasswords",
                "MartletRedis",
                "MartletTelemetry",
                "MartletTesting",
                "MartletWeb",
                "TestProcesses",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics", condition: .when(traits: ["Telemetry"])),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(
                    name: "Tracing",
                    package: "swift-distributed-tracing",
                    condition: .when(traits: ["Telemetry"])
                ),
            ],
            // As packages have it that set nothing else.
            swiftSettings: [.swiftLanguageMode(.v6)]
        ),
        // The project of `martlet new`, compiled and tested as it is.
        .executableTarget(
            name: "StarterProject",
            dependencies: [
                "Martlet",
                "MartletTelemetry",
                "MartletWeb",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Sources/MartletCommand/Template/Sources/StarterProject",
            swiftSettings: settings
        ),
        .testTarget(
            name: "StarterProjectTests",
            dependencies: ["Martlet", "MartletTesting", "StarterProject"],
            path: "Sources/MartletCommand/Template/Tests/StarterProjectTests",
            swiftSettings: settings
        ),
        .testTarget(
            name: "ChatTests",
            dependencies: [
                "chat",
                "Martlet",
                .target(name: "MartletRedis", condition: .when(traits: ["Redis"])),
                "MartletTesting",
                "TestBrowser",
                "TestProcesses",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DevelopmentCertificatesTests",
            dependencies: ["DevelopmentCertificates", "Martlet", "TestProcesses"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "MartletTestingTests",
            dependencies: [
                "HTTPWire",
                "Martlet",
                "MartletTesting",
                "MartletWeb",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TutorialTests",
            dependencies: [
                "HTTPWire",
                "tutorial",
                "Martlet",
                "MartletTesting",
                "TestBrowser",
                "TestProcesses",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "CoreMetrics", package: "swift-metrics", condition: .when(traits: ["Telemetry"])),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
    ]
}
