"""Tests of the pure values and functions."""
