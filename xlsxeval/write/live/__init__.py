"""The sheet 核对: every declared check, live by formulas, from the same formula text as the checker's."""
