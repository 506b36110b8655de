"""Small models that run on this machine's processor: texts to vectors, and how well a text answers a question."""
