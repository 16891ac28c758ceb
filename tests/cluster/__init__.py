"""A real Kubernetes API server for the tests: built once a machine, started once a run, a namespace for each test."""
