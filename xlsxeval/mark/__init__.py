"""A marked copy of a workbook, made by changing single parts of the package; it knows findings, no rules."""
