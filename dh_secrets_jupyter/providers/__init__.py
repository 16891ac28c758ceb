"""Where a project's secrets are kept. :mod:`.base` is the protocol, :mod:`.lookup` finds a provider."""
