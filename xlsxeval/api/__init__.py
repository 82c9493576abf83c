"""The functions of the library, by theme; ``import xlsxeval`` offers all of them."""
