"""What a page's text is made of: scripts, words, sentences, tables. Pure."""
