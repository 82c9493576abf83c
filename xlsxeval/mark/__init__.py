"""Write a marked copy of a checked workbook by changing single parts of its package; knows findings, but no rules."""
