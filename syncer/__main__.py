"""`python -m syncer` is `syncer`."""

from __future__ import annotations

from syncer.cli.main import run

if __name__ == "__main__":
    run()
