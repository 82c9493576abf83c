"""Formula text over field names: parsed once, then calculated in Decimals and written as Excel formulas."""
