"""The catalog's entry for where a search runs, as commands configure it."""

import re
from typing import Any

import pytest
from kedro.config import OmegaConfigLoader
from kedro.io import DataCatalog, DatasetError
from project_copy import PROJECT

from fer_kedro.datasets import ExecutorDataset
from fer_kedro.hooks.errors import user_error
from fer_kedro.search.dask_executor import DaskExecutor
from fer_kedro.search.local_executor import LocalExecutor
from fer_kedro.settings import CONFIG_LOADER_ARGS


def loader(environment: str, **runtime_params: Any) -> OmegaConfigLoader:
    patterns = {"mlflow": ["mlflow*"]}  # as kedro-mlflow adds it
    return OmegaConfigLoader(
        str(PROJECT / "conf"),
        env=environment,
        runtime_params=runtime_params,
        config_patterns=patterns,
        **CONFIG_LOADER_ARGS,
    )


def executor(environment: str, **runtime_params: Any) -> Any:
    """What a search is given by `kedro run --env=… --params=…`."""
    entry = loader(environment, **runtime_params)["catalog"]["search_executor"]
    return DataCatalog.from_config({"search_executor": entry}).load("search_executor")


def test_a_search_runs_on_this_machine_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "6")
    default, asked = executor("local"), executor("local", workers=2, threads=3)
    assert isinstance(default, LocalExecutor)
    assert (default.workers, default.threads) == (6, 1)
    assert (asked.workers, asked.threads) == (2, 3)


@pytest.mark.parametrize(
    ("environment", "given", "address"),
    [
        ("cluster", {}, "tcp://127.0.0.1:8786"),
        ("cluster", {"scheduler": "tcp://10.0.0.1:9000"}, "tcp://10.0.0.1:9000"),
        ("local", {"scheduler": "tls://10.0.0.1:8786"}, "tls://10.0.0.1:8786"),
    ],
)
def test_a_search_runs_on_the_scheduler_that_is_asked_for(
    environment: str, given: dict[str, str], address: str
) -> None:
    cluster = executor(environment, threads=2, **given)
    assert isinstance(cluster, DaskExecutor)
    assert (cluster.address, cluster.threads) == (address, 2)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"workers": 0}, r"^workers is 0; give a whole number from 1 on \(--params=workers=<number>\)\.$"),
        ({"workers": "two"}, "^workers is 'two'; give a whole number"),
        ({"threads": -1}, "^threads is -1; give a whole number"),
        ({"threads": 1.5}, "^threads is 1.5; give a whole number"),
        ({"workers": 2, "scheduler": "tcp://here:8786"}, "^The workers of tcp://here:8786 are started beside"),
    ],
)
def test_what_no_executor_can_be_made_of_is_one_sentence(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DatasetError) as raised:
        executor("local", **given)
    assert re.match(sentence, user_error(raised.value) or "")


def test_an_executor_is_not_saved() -> None:
    with pytest.raises(DatasetError, match="can't be saved"):
        ExecutorDataset().save(LocalExecutor())  # type: ignore[arg-type]


def test_a_cluster_may_have_a_tracking_server() -> None:
    address = {"mlflow": "http://10.0.0.1:5000"}
    assert loader("cluster", **address)["mlflow"]["server"] == {"mlflow_tracking_uri": "http://10.0.0.1:5000"}
    assert loader("cluster")["mlflow"] == loader("local")["mlflow"]
