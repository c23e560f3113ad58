"""The stages, one folder each: `nodes.py` what happens, `pipeline.py` how it is wired."""
