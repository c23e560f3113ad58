"""A run record names the machine that made it, with its GPUs."""

from pathlib import Path

from fer_kedro.datasets.environment_dataset import gpus

TOLD_BY_THE_DRIVER = """\
Model: \t\t {model}
IRQ:   \t\t 90
GPU UUID: \t GPU-0fd0bd9e-5ac6-b7d0-d5a9-4d3b3d0f7a5c
Video BIOS: \t 96.00.74.00.01
Bus Type: \t PCIe
"""


def test_gpus_are_those_that_the_driver_lists(tmp_path: Path) -> None:
    for slot, model in (("0000:41:00.0", "NVIDIA A100-SXM4-40GB"), ("0000:01:00.0", "Tesla T4")):
        (tmp_path / slot).mkdir()
        (tmp_path / slot / "information").write_text(TOLD_BY_THE_DRIVER.format(model=model))
    assert gpus(tmp_path) == ["Tesla T4", "NVIDIA A100-SXM4-40GB"]


def test_a_machine_without_the_driver_has_none(tmp_path: Path) -> None:
    assert gpus(tmp_path / "nvidia" / "gpus") == []
