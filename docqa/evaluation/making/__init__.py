"""Make a question set from documents, by rules."""
