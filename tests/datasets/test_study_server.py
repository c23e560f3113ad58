"""Studies on a PostgreSQL server: the same answers, one coordinator at a time, and no password in any sentence."""

from collections.abc import Iterator

import pytest
from pandas.testing import assert_frame_equal
from postgres_server import PASSWORD, QUOTED, Server, postgres_server
from power_cut import PowerCutError
from stand_in_search import StandIn, a_search, answers, searched

from fer_kedro.datasets import StudyDataset
from fer_kedro.datasets.studies import Studies
from fer_kedro.errors import InputError
from fer_kedro.hooks.errors import user_error

NOBODY = "127.0.0.1:1"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres_server() as running:
        yield running


@pytest.fixture(scope="module")
def studies(server: Server) -> Studies:
    return at(server.new_database("optuna"))


def at(url: str) -> Studies:
    return StudyDataset(filepath="unused.db", storage=url).load()


def sentence(url: str) -> str:
    """What the user is told who opens a study."""
    with pytest.raises(InputError) as refused, at(url).open("mine"):
        pass
    told = user_error(refused.value)
    assert told == str(refused.value)
    assert "\n" not in told
    assert not {piece for piece in (PASSWORD, QUOTED, "s3cret") if piece in told}
    return told


def test_a_search_on_a_server_that_is_cut_gives_the_answers_of_one_in_memory(studies: Studies) -> None:
    search = a_search(sampler="tpe", trials=13, pruning={"kind": "halving", "keep": 0.3})
    with pytest.raises(PowerCutError), studies.open("cut") as study:
        searched(search, StandIn(workers=3, cut=7), study)
    with studies.open("cut") as study:
        table = answers(searched(search, StandIn(workers=3), study), search)
    with studies.open("cut") as study:
        executor = StandIn()
        again = answers(searched(search, executor, study), search)
    assert executor.submitted == []
    assert_frame_equal(table, answers(searched(search), search))
    assert_frame_equal(again, table)


def test_a_second_coordinator_of_a_study_is_refused_while_the_first_is_at_work(studies: Studies) -> None:
    with studies.open("shared"):
        with pytest.raises(InputError) as refused, studies.open("shared"):
            pass
        with studies.open("another") as study:
            study.ask()
    assert str(refused.value) == (
        "Study 'shared' is open in another process; wait until that has ended, and give the same command again."
    )
    with studies.open("shared") as study:
        study.ask()


def test_the_lease_of_a_coordinator_that_failed_or_was_cut_off_ends_with_it(server: Server) -> None:
    studies = at(server.new_database("leases"))
    with pytest.raises(PowerCutError), studies.open("mine"):
        raise PowerCutError
    with studies.open("mine") as study:
        study.ask()
        server.disconnect("leases")
        with studies.open("mine") as other:
            assert len(other.trials) == 1
        study.ask()
        assert len(study.trials) == 2


def test_a_closed_study_leaves_no_connection(server: Server) -> None:
    with at(server.new_database("closed")).open("mine") as study:
        study.ask()
    server.execute("DROP DATABASE closed")  # refused while anybody is connected


def test_a_server_that_goes_away_is_told_in_one_sentence(server: Server) -> None:
    url = server.new_database("lost")
    with pytest.raises(InputError) as refused, at(url).open("mine") as study:
        study.ask()
        server.execute("ALTER DATABASE lost ALLOW_CONNECTIONS false")
        server.disconnect("lost")
        study.ask()
    told = str(refused.value)
    assert told.startswith(
        f"postgresql+psycopg://me:***@127.0.0.1:{server.port}/lost can't be used as storage of studies ("
    )
    assert "not currently accepting connections" in told


def test_what_a_server_refuses_is_told_without_the_password(server: Server) -> None:
    shown = f"postgresql+psycopg://me:***@127.0.0.1:{server.port}"
    wrong = sentence(server.url(password=f"{QUOTED}{QUOTED}"))
    assert wrong.startswith(f"{shown}/postgres can't be used as storage of studies (")
    assert "authentication failed" in wrong
    assert 'database "none" does not exist' in sentence(server.url("none"))


def test_tables_that_may_not_be_made_are_told(server: Server) -> None:
    server.new_database("foreign_one")
    server.execute(f"CREATE USER guest PASSWORD '{PASSWORD}'")
    assert "permission denied" in sentence(server.url("foreign_one", user="guest"))


NO_ADDRESS = (
    "The address of the studies is none; write it as in postgresql+psycopg://user@host/optuna, and the password into "
    "~/.pgpass."
)


@pytest.mark.parametrize("driver", ["postgresql+psycopg", "postgresql", "postgresql+nothing", "postgres"])
def test_an_address_where_nobody_answers_is_told_without_the_password(driver: str) -> None:
    told = sentence(f"{driver}://me:{QUOTED}@{NOBODY}/optuna")
    assert told.startswith(f"{driver}://me:***@{NOBODY}/optuna can't be used as storage of studies (")
    in_the_query = sentence(f"{driver}://{NOBODY}/optuna?user=me&password={QUOTED}")
    assert in_the_query.startswith(f"{driver}://{NOBODY}/optuna can't be used as storage of studies (")


@pytest.mark.parametrize("url", [f"mysql+pymysql://me:{QUOTED}@{NOBODY}/optuna", "sqlite:////s3cret/studies.db"])
def test_a_database_that_cannot_keep_a_second_command_away_is_refused(url: str) -> None:
    kind = url.partition(":")[0]
    told = sentence(url)
    assert told.startswith(f"Studies can't be kept in a database of kind {kind}, where nothing keeps two commands from")
    assert "s3cret" not in told
    assert QUOTED not in told


@pytest.mark.parametrize(
    "url",
    [
        "studies.db",
        "me:s3cret@host/optuna?proxy=http://another",
        "postgresql+psycopg://me:s3cret@host:port/optuna",
        f"postgresql+psycopg://me:a@s3cret@{NOBODY}/optuna",
    ],
)
def test_what_is_no_address_is_told_without_any_piece_of_it(url: str) -> None:
    assert sentence(url) == NO_ADDRESS
