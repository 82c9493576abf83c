"""From a set and its data to a workbook: the only place that knows XlsxWriter."""
