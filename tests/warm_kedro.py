"""A process that has imported what a run needs and forks one for each command: restarts cost a second, not ten.

Reads one JSON list of arguments a line, answers with the child's process id, then with its exit code (a negative signal
number where it was killed).
"""

import importlib
import json
import os
import sys

IMPORTED = """
kedro.framework.cli.cli
kedro.framework.session
kedro_mlflow.framework.hooks
mlflow.tracking
mlflow.store.tracking.sqlalchemy_store
mlflow.tensorflow
pandas
sklearn.manifold
sklearn.metrics
matplotlib.pyplot
plotly.express
cv2
fer_kedro.settings
fer_kedro.datasets
keras
tensorflow
"""


def serve() -> None:
    """Fork a command for every line of standard input."""
    for name in IMPORTED.split():
        importlib.import_module(name)
    answer("ready")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(json.loads(line))
        answer(child)
        _, status = os.waitpid(child, 0)
        answer(os.waitstatus_to_exitcode(status))


def answer(word: object) -> None:
    """Tell the process that asked."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def run(arguments: list[str]) -> None:
    """Be `kedro <arguments>`; output goes to a file, the command's exit code is the process's."""
    log = os.open("warm_kedro.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    from kedro.framework.cli.cli import main

    sys.argv = ["kedro", *arguments]
    main()


if __name__ == "__main__":
    serve()
