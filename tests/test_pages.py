"""Pages name recipes, protocols and runs, and are read without Kedro: every odd one is named."""

from pathlib import Path

import pytest

from fer_kedro import pages
from fer_kedro.errors import InputError

OWN = "recipes: {odd: {name: odd}}\n"


@pytest.fixture
def conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pages, "CONF", tmp_path)
    (tmp_path / "parameters_recipes").mkdir()
    (tmp_path / "parameters_recipes" / "mine.yml").write_text("recipes: {mine: {name: mine}}")
    (tmp_path / "globals.yml").write_text("default_recipe: mine")
    (tmp_path / "parameters_training.yml").write_text("protocols: {honest: {name: honest}, official: {name: official}}")
    return tmp_path


def test_pages_are_recipes(conf: Path) -> None:
    assert pages.recipes() == ["mine"]
    assert pages.default_recipe() == "mine"


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
        pages.recipes()


@pytest.mark.parametrize("globals_page", ["default_recipe: mein", "", "default_recipe:"])
def test_a_default_recipe_that_no_page_describes_is_named(conf: Path, globals_page: str) -> None:
    (conf / "globals.yml").write_text(globals_page)
    with pytest.raises(InputError, match="which no page describes; try 'mine'"):
        pages.default_recipe()


@pytest.mark.parametrize("setting", ["default_recipe", "default_search"])
def test_a_default_among_no_pages_at_all_is_told(conf: Path, setting: str) -> None:
    (conf / "parameters_recipes" / "mine.yml").unlink()
    with pytest.raises(InputError, match=f"globals.yml asks for {setting} .*there is no page at all"):
        getattr(pages, setting)()


def search(conf: Path, name: str, content: str) -> None:
    (conf / "parameters_searches").mkdir(exist_ok=True)
    (conf / "parameters_searches" / f"{name}.yml").write_text(content)


def test_pages_are_searches_around_recipes(conf: Path) -> None:
    search(conf, "wide", "searches: {wide: {name: wide, recipe: mine}}")
    search(conf, "deep", "searches: {deep: {name: deep, recipe: mine}}")
    assert pages.searches() == {"deep": "mine", "wide": "mine"}


def test_without_pages_of_searches_there_are_none(conf: Path) -> None:
    assert pages.searches() == {}


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ("", "must hold one search whose key and name are 'odd'"),
        ("searches: [1]", "must hold one search"),
        ("searches: {odd: 3}", "must hold one search"),
        ("searches: {odd: {recipe: mine}}", "must hold one search"),
        ("searches: {odd: {name: wide, recipe: mine}}", "must hold one search"),
        ("searches: {wide: {name: odd, recipe: mine}}", "must hold one search"),
        ("searches: {odd: {name: odd}, wide: {name: wide}}", "its own name in all three places"),
        ("recipes: {odd: {name: odd}}", "must hold one search"),
        ("searches:\n  odd: [1, 2\n", r"line 3, is not YAML \(expected ','"),
        ("searches: {odd: {name: odd, recipe: mien}}", "searches around 'mien', which no page describes; try 'mine'."),
        ("searches: {odd: {name: odd}}", "searches around 'None', which no page describes; try 'mine'."),
    ],
)
def test_an_odd_page_of_a_search_is_named(conf: Path, page: str, complaint: str) -> None:
    search(conf, "odd", page)
    with pytest.raises(InputError, match="odd.yml.*" + complaint):
        pages.searches()


@pytest.mark.parametrize("globals_page", ["default_search: wid", "", "default_search:", "default_search: [wide]"])
def test_a_default_search_that_no_page_describes_is_named(conf: Path, globals_page: str) -> None:
    search(conf, "wide", "searches: {wide: {name: wide, recipe: mine}}")
    (conf / "globals.yml").write_text("default_search: wide")
    assert pages.default_search() == "wide"
    (conf / "globals.yml").write_text(globals_page)
    with pytest.raises(InputError, match=r"asks for default_search .*, which no page describes; try 'wide'"):
        pages.default_search()


def test_every_recipe_runs_under_every_shared_protocol_and_under_its_pages_own(conf: Path) -> None:
    own = "as_told: {odd: {protocol: {name: as_told}, recipe: {name: odd}}}"
    (conf / "parameters_recipes" / "odd.yml").write_text(OWN + own)
    assert pages.runs() == ["honest.mine", "honest.odd", "official.mine", "official.odd", "as_told.odd"]
    assert pages.recipes() == ["mine", "odd"]


def test_a_protocol_that_is_added_is_shared_by_all(conf: Path) -> None:
    protocols = "protocols: {honest: {name: honest}, strict: {name: strict}}"
    (conf / "parameters_training.yml").write_text(protocols)
    assert pages.runs() == ["honest.mine", "strict.mine"]


@pytest.mark.parametrize(
    ("own", "complaint"),
    [
        ("official: {odd: {protocol: {name: official}, recipe: {name: odd}}}", "'official' of its own, which is shar"),
        ("as_told: {mine: {protocol: {name: as_told}, recipe: {name: odd}}}", "under 'as_told' one key 'odd'"),
        ("as_told: {odd: {protocol: {name: other}, recipe: {name: odd}}}", r"found \['other', 'odd'\]"),
        ("as_told: {odd: {protocol: {name: as_told}, recipe: {name: mine}}}", r"found \['as_told', 'mine'\]"),
        ("as_told: {odd: {protocol: {name: as_told}}}", r"found \['as_told', None\]"),
        ("as_told: {odd: 3}", "found {'odd': 3}"),
        ("as_told: [1]", r"found \[1\]"),
        ("as_told:", "found None"),
    ],
)
def test_an_odd_protocol_of_a_page_is_named(conf: Path, own: str, complaint: str) -> None:
    (conf / "parameters_recipes" / "odd.yml").write_text(OWN + own)
    with pytest.raises(InputError, match="odd.yml .*" + complaint):
        pages.runs()


def test_a_copied_protocol_that_kept_its_name_is_refused(conf: Path) -> None:
    (conf / "parameters_training.yml").write_text("protocols: {honest: {name: honest}, strict: {name: honest}}")
    with pytest.raises(InputError, match=r"parameters_training.yml calls protocol 'strict' 'honest' within"):
        pages.runs()
