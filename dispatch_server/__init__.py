"""Relight: the dispatch system of a power company's repair service."""

__version__ = "0.1.0"
