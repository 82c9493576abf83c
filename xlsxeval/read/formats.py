"""The number formats that a workbook gives by number only, without their code."""

from __future__ import annotations

#: Number of a format -> its code, in .xlsx and .xls alike.
BUILTIN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    31: 'yyyy"年"m"月"d"日"',
    37: "#,##0;-#,##0",
    38: "#,##0;[Red]-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;[Red]-#,##0.00",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
    57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
}

#: The most cell styles a workbook may have; Excel opens no workbook with more.
MOST_STYLES = 65_490
#: The longest code of a number format, in characters; a longer one is no format of Excel.
LONGEST_FORMAT = 255
