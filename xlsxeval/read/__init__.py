"""Read a file and give a filing; all code for workbook formats is in this package."""
