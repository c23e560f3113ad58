"""Tables and anchors of Markdown pages."""

from fer_kedro.pipelines.reporting.recipe_cells import Cell


def markdown_table(header: list[str], rows: list[list[str]], text_columns: int = 1) -> str:
    """Write a table whose first columns are text and whose others are numbers."""
    alignment = [":--" if column < text_columns else "--:" for column in range(len(header))]
    escaped = ([cell.replace("|", "\\|") for cell in row] for row in [header, alignment, *rows])
    return "".join(f"| {' | '.join(row)} |\n" for row in escaped)


def markdown_cell(cell: Cell) -> str:
    """Write a cell's value, and below it its notes and warning."""
    notes = [f"<small>{note}</small>" for note in cell.notes]
    return "<br>".join([cell.value, *notes, *([f"**{cell.warning}**"] if cell.warning else [])])


def run_link(run: str, text: str | None = None) -> str:
    """Link to the section of a run on the same page."""
    return f"[{text or run}](#{anchor(run)})"


def anchor(run: str) -> str:
    """Return the name of a run's section, one for all its seeds."""
    return "-".join(run.split(".")[:2])
