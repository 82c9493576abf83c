"""The budgets for the content of one untrusted file."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """The budgets for one untrusted file; each is counted while reading, because numbers in headers may be false.

    The message for a file over a budget names the option of the command line: ``--max-cells`` for ``max_cells``.
    """

    #: Bytes of the file, and of all its parts together after unpacking.
    max_file: int = 25 * MIB
    max_unpacked: int = 96 * MIB
    #: Tags of all parts that are read; each takes time, even if nothing of it is kept.
    max_tags: int = 9_000_000
    #: Parts in the container, sheets, filled cells, merged ranges of a sheet, shared texts.
    max_parts: int = 2_000
    max_sheets: int = 1_100
    max_cells: int = 500_000
    max_merges: int = 20_000
    max_strings: int = 300_000
    #: Characters of one text.
    max_text: int = 32_767
    #: Characters of all different texts together, as they are compared (NFKC).
    max_chars: int = 8_000_000
    #: Lines of the lists in all forms together.
    max_lines: int = 10_000
    #: How deep XML elements may be nested.
    max_depth: int = 64
    #: One tag with its attributes, or the text of one element, in bytes.
    max_token: int = MIB
    #: Characters of all shared formulas together, after they are written out for every cell.
    max_formulas: int = 4 * MIB


#: How many tags of .xlsx take as much time as one element of .ods or .docx, or one record of .xls or .xlsb.
TAGS_OF_AN_ELEMENT = 10
TAGS_OF_A_RECORD = 16
