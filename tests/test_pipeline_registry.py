"""Recipe pages are listed by the registry, which reads them itself: every odd page is named."""

from pathlib import Path

import pytest

from fer_kedro import pipeline_registry
from fer_kedro.errors import InputError


@pytest.fixture
def conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pipeline_registry, "CONF", tmp_path)
    (tmp_path / "parameters_recipes").mkdir()
    (tmp_path / "parameters_recipes" / "mine.yml").write_text("recipes: {mine: {name: mine}}")
    (tmp_path / "globals.yml").write_text("default_recipe: mine")
    return tmp_path


def test_pages_are_recipes(conf: Path) -> None:
    assert pipeline_registry.recipes() == ["mine"]
    assert pipeline_registry.default_recipe() == "mine"


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        (b"", "must hold one recipe whose key and name are 'odd'"),
        (b"just words", "must hold one recipe"),
        (b"recipes: [1]", "must hold one recipe"),
        (b"recipes: {odd: 3}", "must hold one recipe"),
        (b"recipes: {odd: {}}", "must hold one recipe"),
        (b"recipes: {odd: {name: mine}}", r"not \['mine'\]"),
        (b"recipes: {odd: {name: odd}, even: {name: even}}", r"not \['even'\]"),
        (b"recipes:\n  odd: [1, 2\n", r"odd.yml, line 3, is not YAML \(expected ','"),
        (b"\x00\xff\xfe", "odd.yml, line 1, is not YAML"),
        (b"recipes: !!python/object/apply:os.system [touch trace]", "is not YAML .could not determine a constructor"),
    ],
)
def test_an_odd_page_is_named(conf: Path, page: bytes, complaint: str) -> None:
    (conf / "parameters_recipes" / "odd.yml").write_bytes(page)
    with pytest.raises(InputError, match="odd.yml.*" + complaint.removeprefix("odd.yml")):
        pipeline_registry.recipes()


@pytest.mark.parametrize("globals_page", ["default_recipe: mein", "", "default_recipe:"])
def test_a_default_recipe_that_no_page_describes_is_named(conf: Path, globals_page: str) -> None:
    (conf / "globals.yml").write_text(globals_page)
    with pytest.raises(InputError, match="which no page describes; try 'mine'"):
        pipeline_registry.default_recipe()
