"""Tests of the detectors, one module each, and of what holds for all of them."""
