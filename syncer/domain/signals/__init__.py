"""The disconnects between number and work, one module each; DETECTORS is the whole list in its order."""
