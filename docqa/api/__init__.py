"""The HTTP API (docs/api.md). Each route parses, calls the library and renders."""
