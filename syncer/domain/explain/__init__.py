"""Where a figure comes from: what it was made of, by which rule, when, and which line set that."""
