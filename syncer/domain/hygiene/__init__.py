"""Is it an OKR? Tasks in disguise, and what else a goal is missing. English, and pure."""
