"""Answers as data: a data file to a filing laid out as our template, and a filing back to plain values."""
