"""Plain helpers that are neither law nor a model."""
