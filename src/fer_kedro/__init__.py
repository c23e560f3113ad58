"""Facial-expression recognition on FER-2013 as an honest Kedro project."""

__version__ = "0.1.0"
