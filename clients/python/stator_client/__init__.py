"""A client of Stator, with the standard library alone."""

from .client import Client, StatorError

__all__ = ["Client", "StatorError"]
