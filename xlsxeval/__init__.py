"""xlsxeval: writes the two forms of a department's yearly self-evaluation, reads them back, and checks them."""

__version__ = "0.1.0"
