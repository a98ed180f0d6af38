"""台账 with a summary sheet: tables of numbers and native Excel charts."""

import datetime
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, BinaryIO

from django.utils.translation import gettext as _, pgettext
from openpyxl.chart import BarChart, LineChart, PieChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import DataPoint
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from meetings.core.as_of import name_day
from meetings.core.types import StrOrPromise
from meetings.display.fields import HEALTH_COLOURS, label
from meetings.exports.columns import Column, Value
from meetings.exports.list_sheet import add_list_sheet
from meetings.exports.register import COLUMNS, iterate_tasks, sheet_name
from meetings.exports.workbook import SONG, make_style, new_workbook, sheet_title, styled_cell
from meetings.models import Health
from meetings.models.log import TaskStateQuerySet
from meetings.models.task import TaskQuerySet
from meetings.tasks import statistics
from meetings.tasks.trend import TrendPoint, count_trend

from .official import Table

# What is open is blue, as on the dashboard.
_LINE_COLOURS = [
    HEALTH_COLOURS[health] for health in (Health.ON_TRACK, Health.CLOSED, Health.OVERDUE, Health.REVIEW_MISSED)
]
_WIDTHS = (28, *[11] * 9)
# Charts begin to the right of the tables.
_CHART_COLUMN = "K"
_CHART_WIDTH = 16.0
# Of the standard font's rows, as high as a chart is put.
_ROW_HEIGHT = 18
_CENTIMETRES_PER_ROW = _ROW_HEIGHT / 72 * 2.54
_CHART_ROWS = 16
_ROWS_PER_PAGE = 48


def write_register_with_summary(
    file: BinaryIO, tasks: TaskQuerySet, states: TaskStateQuerySet, day: datetime.date
) -> None:
    """Write ``tasks`` of ``day`` and their summary as .xlsx into ``file``.

    The first sheet is what `write_register_workbook` writes. ``states`` are all intervals of the tasks: the trend is
    about days before. The numbers are values, each that of the list of the same day; the charts refer to their cells.
    """
    workbook = new_workbook(sheet_name(day), write_only=True)
    lines = iterate_tasks(tasks, day)
    add_list_sheet(workbook, title=sheet_name(day), columns=COLUMNS, lines=lines, is_to_print=True)
    sheet = workbook.create_sheet(sheet_title(_("Summary")))
    _set_up_sheet(sheet)
    _append_row(sheet, [_("Summary of the register on %(day)s") % {"day": name_day(day)}], _TITLE)
    sheet.append([])
    row, page = 3, 1
    for table, chart_of in (
        (health_table(tasks), _pie_chart),
        (department_table(tasks), _stacked_bar_chart),
        (trend_table(states, day), _line_chart),
        (upcoming_months_table(tasks, day), _column_chart),
    ):
        if row + max(_CHART_ROWS, len(table.lines) + 2) > page + _ROWS_PER_PAGE and row > 3:
            # No end of a page divides a chart.
            sheet.row_breaks.append(Break(id=row - 1))
            page = row
        row += _add_table(sheet, table, row, chart_of)
    workbook.save(file)


# --- the numbers --------------------------------------------------------------------------------


def health_table(tasks: TaskQuerySet) -> Table[tuple[StrOrPromise, int]]:
    """Return how many tasks are in which health."""
    count = statistics.count_by_health(tasks)
    lines = [*((health.label, count.by_health[health]) for health in Health), (_all(), count.total)]
    columns = (_column(label("health"), lambda line: line[0]), _column(_("Tasks"), lambda line: line[1]))
    return Table(_("By health"), columns, lines)


def department_table(tasks: TaskQuerySet) -> Table[statistics.HealthCount]:
    """Return how many tasks of each answering department are in which health."""
    [departments] = statistics.count_by(tasks, "department")
    statistics.name_counts(department=departments)

    def health_column(health: Health) -> Column[statistics.HealthCount]:
        return _column(health.label, lambda count: count.by_health[health])

    columns = (
        _column(_("Department"), attrgetter("label")),
        *map(health_column, Health),
        _column(_all(), attrgetter("total")),
    )
    return Table(_("By responsible department"), columns, departments)


def trend_table(states: TaskStateQuerySet, day: datetime.date) -> Table[TrendPoint]:
    """Return how the register stood at the ends of twelve months, and on ``day``."""
    heads = {
        "day": _("Day"),
        "open": _("Open"),
        "closed": _("Closed"),
        "overdue": _("Overdue"),
        "review_missed": _("Review missed"),
    }
    columns = [_column(head, attrgetter(name)) for name, head in heads.items()]
    return Table(_("At the end of each month, and on the day"), columns, count_trend(states, day))


def upcoming_months_table(tasks: TaskQuerySet, day: datetime.date) -> Table[statistics.MonthCount]:
    """Return how many open tasks fall due in each of the coming months that have any."""
    columns = (
        _column(_("Month"), lambda month: f"{month.first:%Y-%m}"),
        _column(_("Tasks"), attrgetter("number")),
    )
    return Table(_("Due in the coming months"), columns, statistics.count_upcoming_months(tasks, day))


def _column(head: StrOrPromise, value: Callable[[Any], Value]) -> Column[Any]:
    """Return a column of a summary's table; its width is the sheet's."""
    return Column(head, 0, value)


def _all() -> str:
    return pgettext("summary", "All")


# --- the sheet ----------------------------------------------------------------------------------

_THIN = Side(style="thin", color="FFBFBFBF")
_TITLE = {"font": Font(**SONG, size=14, bold=True)}
_TABLE_TITLE = {"font": Font(**SONG, size=11, bold=True)}
_HEADER = {
    "font": Font(**SONG, size=10, bold=True),
    "fill": PatternFill("solid", fgColor="FFE8EDF3"),
    "alignment": Alignment(horizontal="center", vertical="center", wrap_text=True),
    "border": Border(bottom=_THIN),
}
_CELL = {"font": Font(**SONG, size=10), "border": Border(bottom=_THIN)}


def _set_up_sheet(sheet: Worksheet) -> None:
    for letter, width in zip("ABCDEFGHIJ", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    # Tables and charts stand side by side: one A3 on its side wide they are printed in 8 points or more.
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.sheet_format.customHeight = True
    sheet.sheet_format.defaultRowHeight = _ROW_HEIGHT


def _append_row(sheet: Worksheet, values: Sequence[Any], parts: dict[str, Any]) -> None:
    style = make_style(sheet, **parts)
    sheet.append([styled_cell(sheet, style, value) for value in values])


def _add_table(sheet: Worksheet, table: Table[Any], row: int, make_chart: Callable[..., Any]) -> int:
    """Write ``table`` and its chart from ``row`` on; return how many rows they take."""
    _append_row(sheet, [table.caption], _TABLE_TITLE)
    _append_row(sheet, [column.head for column in table.columns], _HEADER)
    for line in table.lines:
        _append_row(sheet, [column.value(line) for column in table.columns], _CELL)
    row_count = len(table.lines) + 2
    used_rows = row_count + 1
    if table.lines:
        chart = make_chart(sheet, table, row + 1)
        chart.title, chart.width = table.caption, _CHART_WIDTH
        used_rows = max(_CHART_ROWS, row_count) + 1
        chart.height = (used_rows - 1) * _CENTIMETRES_PER_ROW
        sheet.add_chart(chart, f"{_CHART_COLUMN}{row}")
    for _below in range(used_rows - row_count):
        sheet.append([])
    return used_rows


def _fill_chart(chart: Any, sheet: Worksheet, head_row: int, rows: int, last: int) -> Any:
    """Add columns 2 to ``last`` to ``chart`` as series over the first column."""
    end = head_row + rows
    chart.add_data(Reference(sheet, min_col=2, max_col=last, min_row=head_row, max_row=end), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, max_col=1, min_row=head_row + 1, max_row=end))
    if not isinstance(chart, PieChart):
        # Without being told so, Excel draws no axis of a chart of openpyxl's.
        chart.x_axis.delete = chart.y_axis.delete = False
        chart.y_axis.numFmt = "0"
        # Cut off at its foot, a column would say more than the number.
        chart.y_axis.scaling.min = 0
    return chart


def _pie_chart(sheet: Worksheet, table: Table[Any], head_row: int) -> PieChart:
    chart = _fill_chart(PieChart(), sheet, head_row, len(Health), 2)
    chart.series[0].data_points = [
        DataPoint(idx=index, spPr=GraphicalProperties(solidFill=HEALTH_COLOURS[health]))
        for index, health in enumerate(Health)
    ]
    return chart


def _stacked_bar_chart(sheet: Worksheet, table: Table[Any], head_row: int) -> BarChart:
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", "stacked", 100, 40
    _fill_chart(chart, sheet, head_row, len(table.lines), len(Health) + 1)
    for series, health in zip(chart.series, Health, strict=True):
        series.graphicalProperties = GraphicalProperties(solidFill=HEALTH_COLOURS[health])
    # The first department on top, as in the table.
    chart.x_axis.scaling.orientation = "maxMin"
    return chart


def _line_chart(sheet: Worksheet, table: Table[Any], head_row: int) -> LineChart:
    chart = _fill_chart(LineChart(), sheet, head_row, len(table.lines), len(table.columns))
    chart.x_axis.number_format = "yyyy-mm"
    for series, colour in zip(chart.series, _LINE_COLOURS, strict=True):
        series.graphicalProperties.line.solidFill = colour
        series.smooth = False
    return chart


def _column_chart(sheet: Worksheet, table: Table[Any], head_row: int) -> BarChart:
    chart = BarChart()
    chart.type, chart.legend = "col", None
    _fill_chart(chart, sheet, head_row, len(table.lines), 2)
    chart.gapWidth = 50
    # What is not said to be left out, LibreOffice writes beside the number.
    chart.dataLabels = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
    return chart
