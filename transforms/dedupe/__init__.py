"""Which documents are copies of each other, told from sketches of their texts."""
