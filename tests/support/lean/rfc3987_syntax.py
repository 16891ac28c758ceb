"""Stands in for a package that takes three seconds to import, in each server and each process with notebooks.

jsonschema checks the format ``iri`` with it where it can be imported. No schema of Jupyter's has that format.
"""

raise ImportError("left out of the tests")
