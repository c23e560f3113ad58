"""The pages of configuration that name runs: the registry reads them itself, since it sees no parameters."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from yaml.error import MarkedYAMLError

from fer_kedro.errors import InputError

CONF = Path(__file__).resolve().parents[2] / "conf" / "base"
ALL = "recipes"
"""The key of a page that holds the recipe for all shared protocols; every other is a protocol of the page's own."""


def runs() -> list[str]:
    """Names of all runs: every recipe under every shared protocol, then under the protocols of its own page.

    Raises
    ------
    InputError
        If a page is unusable.
    """
    pages = _pages()
    shared = [f"{protocol}.{recipe}" for protocol in shared_protocols() for recipe in pages]
    return shared + [f"{protocol}.{recipe}" for recipe, page in pages.items() for protocol in page if protocol != ALL]


def own_protocols() -> list[str]:
    """Names of the protocols that belong to one recipe each, such as `as_reported`.

    Raises
    ------
    InputError
        If a page is unusable.
    """
    return sorted({protocol for page in _pages().values() for protocol in page if protocol != ALL})


def recipes() -> list[str]:
    """Names of all recipes: every YAML page below `conf/base/parameters_recipes` is one.

    Raises
    ------
    InputError
        If a page is not YAML, or its file, key and `name` differ: its results would pass for another recipe's.
    """
    return list(_pages())


def shared_protocols() -> list[str]:
    """Names of the protocols that every recipe is trained under.

    Raises
    ------
    InputError
        If the page of protocols is not YAML, or a key and a `name` on it differ.
    """
    found = _read(CONF / "parameters_training.yml").get("protocols")
    protocols = found if isinstance(found, dict) else {}
    if wrong := [name for name, protocol in protocols.items() if _name(protocol) != name]:
        raise InputError(
            f"conf/base/parameters_training.yml calls protocol {wrong[0]!r} {_name(protocols[wrong[0]])!r} within; "
            "a copied protocol needs its own name in both places."
        )
    return list(protocols)


def default_recipe() -> str:
    """Return the recipe that `training` and the default pipeline train.

    Raises
    ------
    InputError
        If there is no recipe of that name.
    """
    return _known("default_recipe", recipes())


def searches() -> dict[str, str]:
    """Names of all searches, each with the recipe that it starts from: every page below `parameters_searches` is one.

    Raises
    ------
    InputError
        If a page is not YAML, its file, key and `name` differ, or there is no such recipe.
    """
    known = recipes()
    return {page.stem: _searched_recipe(page, known) for page in sorted((CONF / "parameters_searches").glob("*.yml"))}


def default_search() -> str:
    """Return the search that `kfold_search` runs.

    Raises
    ------
    InputError
        If there is no search of that name.
    """
    return _known("default_search", list(searches()))


def _searched_recipe(page: Path, known: list[str]) -> str:
    held = _read(page).get("searches")
    search = held.get(page.stem) if isinstance(held, dict) and set(held) == {page.stem} else None
    if not isinstance(search, dict) or _name(search) != page.stem:
        raise InputError(
            f"{page.name} must hold one search whose key and name are '{page.stem}'; a copied page needs its own name "
            "in all three places."
        )
    recipe = str(search.get("recipe"))
    if recipe not in known:
        raise InputError(f"{page.name} searches around {recipe!r}, which no page describes; {_advice(recipe, known)}.")
    return recipe


def _known(setting: str, known: list[str]) -> str:
    name = str(_read(CONF / "globals.yml").get(setting))
    if name not in known:
        raise InputError(
            f"conf/base/globals.yml asks for {setting} {name!r}, which no page describes; {_advice(name, known)}."
        )
    return name


def _advice(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1, cutoff=0)
    return f"try {near[0]!r}" if near else "there is no page at all"


def _pages() -> dict[str, dict[str, Any]]:
    """Every recipe's page, by its name, checked."""
    shared = shared_protocols()
    pages = {page.stem: _read(page) for page in sorted((CONF / "parameters_recipes").glob("*.yml"))}
    for recipe, page in pages.items():
        _check_recipe(recipe, page)
        for protocol in set(page) - {ALL}:
            _check_own_protocol(recipe, protocol, page[protocol], shared)
    return pages


def _check_recipe(recipe: str, page: dict[str, Any]) -> None:
    found = page.get(ALL)
    held: dict[Any, Any] = found if isinstance(found, dict) else {None: None}
    if (names := {*held, *map(_name, held.values())}) != {recipe}:
        raise InputError(
            f"{recipe}.yml must hold one recipe whose key and name are '{recipe}', not "
            f"{sorted(map(str, names - {recipe}))}; a copied page needs its own name in all three places."
        )


def _check_own_protocol(recipe: str, protocol: str, held: Any, shared: list[str]) -> None:
    if protocol in shared:
        raise InputError(f"{recipe}.yml has a protocol {protocol!r} of its own, which is shared; give it another name.")
    run = held.get(recipe) if isinstance(held, dict) and set(held) == {recipe} else None
    names = [_name(run.get(part)) for part in ("protocol", "recipe")] if isinstance(run, dict) else []
    if names != [protocol, recipe]:
        raise InputError(
            f"{recipe}.yml must hold under '{protocol}' one key '{recipe}', and under that a protocol named "
            f"'{protocol}' and a recipe named '{recipe}'; found {names or held!r:.80}."
        )


def _name(decisions: Any) -> Any:
    return decisions.get("name") if isinstance(decisions, dict) else None


def _read(page: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(page.read_bytes())
    except yaml.YAMLError as error:
        line = error.problem_mark.line + 1 if isinstance(error, MarkedYAMLError) and error.problem_mark else 1
        reason = getattr(error, "problem", None) or getattr(error, "reason", None)
        raise InputError(f"{page}, line {line}, is not YAML ({reason}); correct the page or take it away.") from error
    return content if isinstance(content, dict) else {}
