"""What a question means, by rules: what it leans on, its parts, and the pages and documents it names."""
