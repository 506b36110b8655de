"""docqa's own processes: what they may do, which owns what, how they are kept running and ended."""
