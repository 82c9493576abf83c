"""What a form is: its picture, its blanks, its formulas and its checks. Knows no Excel file."""
