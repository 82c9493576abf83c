"""From an empty official workbook to a first form file: picture, names, kinds, and marks where a person must decide."""
