"""The kubernetes provider, on the real API server."""
