"""What the catalog reads and writes; Keras, MLflow and OpenCV are imported only when they are used."""

from fer_kedro.datasets.atomic_datasets import CSVDataset, JSONDataset, ParquetDataset, PlotlyDataset
from fer_kedro.datasets.environment_dataset import EnvironmentDataset
from fer_kedro.datasets.executor_dataset import ExecutorDataset
from fer_kedro.datasets.faces_dataset import FacesDataset
from fer_kedro.datasets.figure_dataset import FigureDataset
from fer_kedro.datasets.keras_model_dataset import KerasModelDataset
from fer_kedro.datasets.monitor_dataset import MonitorDataset
from fer_kedro.datasets.page_dataset import PageDataset
from fer_kedro.datasets.raw_faces_dataset import RawFacesDataset
from fer_kedro.datasets.recipe_dataset import RecipeDataset
from fer_kedro.datasets.records_dataset import RecordsDataset
from fer_kedro.datasets.search_monitor_dataset import SearchMonitorDataset
from fer_kedro.datasets.study_dataset import StudyDataset
from fer_kedro.datasets.tables_dataset import TablesDataset

__all__ = [
    "CSVDataset",
    "EnvironmentDataset",
    "ExecutorDataset",
    "FacesDataset",
    "FigureDataset",
    "JSONDataset",
    "KerasModelDataset",
    "MonitorDataset",
    "PageDataset",
    "ParquetDataset",
    "PlotlyDataset",
    "RawFacesDataset",
    "RecipeDataset",
    "RecordsDataset",
    "SearchMonitorDataset",
    "StudyDataset",
    "TablesDataset",
]
