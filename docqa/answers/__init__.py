"""From the pages that were found to the answer: what is quoted, what proves it, whether there is one."""
