"""Rules: pure functions from a filing to findings; they know no sheet and no file."""
