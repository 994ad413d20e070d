"""Help Point: an offline-first health help point for public libraries."""

__version__ = "0.1.0"
