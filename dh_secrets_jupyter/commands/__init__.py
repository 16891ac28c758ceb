"""What the commands do that a notebook and a terminal share, and what they ask of the place where they were typed.

It knows neither IPython nor a terminal: each surface parses what was typed by the table in :mod:`..grammar`, and calls
:data:`.handlers.HANDLERS` with itself as the :class:`.front.Front`. Whoever needs the prompts alone imports no more.
"""
