"""Answers as data: YAML or JSON in (``parse``), laid out as a filing (``layout``), and back (``plain``)."""

from xlsxeval.data.layout import build_filing
from xlsxeval.data.parse import parse_data, read_data
from xlsxeval.data.plain import plain_data

__all__ = ["build_filing", "parse_data", "plain_data", "read_data"]
