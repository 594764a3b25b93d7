// Sites and services need one import.
@_exported import Martlet
