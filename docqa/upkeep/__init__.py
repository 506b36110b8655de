"""Whether everything is there and fits together, how it comes to, and how it moves elsewhere."""
