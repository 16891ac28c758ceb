"""The jupyter-server extension: a project's secrets over HTTP, in the shape that ``openapi.yaml`` describes."""
