"""A stand-in for the platform's server, Core, held to what a real one was recorded to answer.

It is as small as the recordings allow: :mod:`.server` speaks HTTP, :mod:`.entities` is the database, :mod:`.vault`
keeps values in the real API server in Core's own way, :mod:`.logins` knows users and tokens.
"""
