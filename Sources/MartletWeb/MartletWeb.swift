// Re-exported, so that sites and services need only one import.
@_exported import Martlet
