// Linked with nothing but the two libraries, for a test to look at what they need.
import HTTPWire
import Martlet

print(HTTPServer.standardResponseHeaders.count, HTTPDate.distantPast)
