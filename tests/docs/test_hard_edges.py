"""The page on hard edges quotes the kill sweep's own figures."""

import json

from project_copy import PROJECT


def test_the_table_of_kills_is_what_the_sweep_wrote() -> None:
    sweep = json.loads((PROJECT / "docs/results/kill_sweep.json").read_text())
    page = (PROJECT / "docs/explanation/hard-edges.md").read_text()
    assert f"`{sweep['command']}`" in page
    for stage, found in sweep["stages"].items():
        killed, ended = found.get("killed", 0), found.get("ended before", 0)
        assert killed >= 50
        assert found["equal after the restart"] == killed + ended
        assert f"| `{stage}` | {killed} | {ended} | all | `{found['commit']}` |" in page
