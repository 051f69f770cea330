"""The long-running service: the schedule, the threads that work it off, health, and a quiet end."""
