"""Request-cost and scale benchmarks, one command each; they print their table and assert nothing."""
