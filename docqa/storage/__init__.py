"""PDFs, page images and what was read, as files: on this machine's disk or in an object store."""
