"""Question to pages: what is searched, and how rankings become one."""
