"""From a file to a filing: the only place that knows workbook formats."""
