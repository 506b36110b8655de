"""Measure retrieval and answers on a question file."""
