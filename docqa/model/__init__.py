"""The language model: what it can hold, what it is told, the server that runs it."""
