"""A workbook that came back: every edit of an open cell is read exactly, every other one is said."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from meetings.exports.workbook import cell_text, clean_text
from meetings.workbooks.format import COLUMN_KEY_PREFIX, LOCKED_COLUMNS, ROW_KEY_PREFIX, WorkbookColumn
from meetings.workbooks.messages import NoticeCode, RejectionReason
from meetings.workbooks.parser import ParsedWorkbook
from tests.depth import examples

from .parsed_workbooks import TEXTS, data_rows, fill_all, said
from .workbook_files import column, edited, fill, key_column, keys_row, opened, row_of, saved

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


# What can be typed into a cell, as Excel stores it: no control characters.
typed = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=60).filter(str.strip)
lines = st.lists(typed, min_size=1, max_size=3).map("\n".join)
LENIENT = {"suppress_health_check": [HealthCheck.function_scoped_fixture], "deadline": None}


def test_no_text_of_the_register_becomes_a_formula(content):
    (sheet,) = opened(content).worksheets
    cells = [cell for row in sheet for cell in row if str(cell.value or "").startswith("=")]
    assert cells
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in cells)


# --- properties -----------------------------------------------------------------------------------


def test_an_unchanged_workbook_says_nothing(content, read, tasks):
    found = read(content)
    assert len(found.rows) == len(tasks)
    assert not said(found)
    assert not found.notices
    assert not any(row.changed or row.refusal for row in found.rows)
    # Nor does one that another program has saved again.
    assert read(saved(opened(content))) == found


@pytest.mark.long
@settings(max_examples=examples(30), **LENIENT)
@given(
    texts=st.dictionaries(
        st.tuples(st.integers(0, len(TEXTS) - 1), st.sampled_from([WorkbookColumn.PROGRESS, WorkbookColumn.REASON])),
        lines,
        min_size=1,
        max_size=8,
    )
)
def test_any_edit_of_an_open_cell_comes_back_exactly(content, read, tasks, texts):
    def edit(workbook):
        sheet = workbook.worksheets[0]
        for (at, key), text in texts.items():
            cell = sheet.cell(row_of(sheet, tasks[at]), column(sheet, key))
            cell.value = cell_text(text)
            cell.data_type = "s"

    found = read(edited(content, edit))
    expected: dict[int, dict[WorkbookColumn, str]] = {}
    for (at, key), text in texts.items():
        expected.setdefault(tasks[at].pk, {})[key] = clean_text(text)
    assert said(found) == expected
    assert not found.notices
    assert not any(row.changed for row in found.rows)


@pytest.mark.long
@settings(max_examples=examples(30), **LENIENT)
@given(at=st.integers(0, len(TEXTS) - 1), key=st.sampled_from(LOCKED_COLUMNS), text=lines)
def test_any_edit_of_a_locked_cell_is_said_and_not_taken_over(content, read, tasks, at, key, text):
    assume(text.strip() not in TEXTS)

    def edit(workbook):
        sheet = workbook.worksheets[0]
        fill_all(sheet, tasks)
        cell = sheet.cell(row_of(sheet, tasks[at]), column(sheet, key))
        assume(str(cell.value or "").strip() != text.strip())
        cell.value = cell_text(text)
        cell.data_type = "s"

    found = read(edited(content, edit))
    (row,) = [row for row in found.rows if row.changed]
    assert row.key.task_id == tasks[at].pk
    assert list(row.changed) == [key]
    assert row.changed[key].text == clean_text(text)
    assert len(said(found)) == len(tasks)


@pytest.mark.long
@settings(max_examples=examples(15), **LENIENT)
@given(seed=st.randoms(use_true_random=False))
def test_rows_and_columns_may_stand_in_any_order(content, read, tasks, seed: random.Random):
    workbook = opened(content)
    sheet = workbook.worksheets[0]
    expected = fill_all(sheet, tasks)
    rows, columns = list(data_rows(sheet)), list(range(1, sheet.max_column + 1))
    values = {row: [sheet.cell(row, at).value for at in columns] for row in range(1, sheet.max_row + 1)}
    seed.shuffle(new_rows := rows.copy())
    seed.shuffle(new_columns := columns.copy())
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    for row, line in values.items():
        target = new_rows[rows.index(row)] if row in rows else row
        for at, value in zip(columns, line, strict=True):
            # The title and the instructions are no part of the table.
            to = new_columns[at - 1] if row >= keys_row_of(values) else at
            cell = sheet.cell(target, to)
            cell.value = value
            cell.data_type = "s" if isinstance(value, str) else cell.data_type
    found = read(saved(workbook))
    assert said(found) == expected
    assert not found.notices
    assert not any(row.changed or row.refusal for row in found.rows)


def keys_row_of(values: dict[int, list]) -> int:
    return next(row for row, line in values.items() if any(str(value).startswith(COLUMN_KEY_PREFIX) for value in line))


@pytest.mark.long
@settings(max_examples=examples(15), **LENIENT)
@given(seed=st.randoms(use_true_random=False))
def test_a_sort_that_leaves_the_keys_behind_is_noticed(content, read, tasks, seed: random.Random):
    workbook = opened(content)
    sheet = workbook.worksheets[0]
    expected = fill_all(sheet, tasks)
    rows = list(data_rows(sheet))
    seed.shuffle(new_rows := rows.copy())
    values = {row: [sheet.cell(row, at).value for at in range(1, key_column(sheet))] for row in rows}
    for row, target in zip(rows, new_rows, strict=True):
        for at, value in enumerate(values[row], start=1):
            cell = sheet.cell(target, at)
            cell.value = value
            cell.data_type = "s" if isinstance(value, str) else cell.data_type
    found = said(read(saved(workbook)))
    stayed = [task.pk for task, row, target in zip(tasks, rows, new_rows, strict=True) if row == target]
    assert found == {pk: expected[pk] for pk in stayed}


@pytest.mark.long
@settings(max_examples=examples(25), **LENIENT)
@given(at=st.integers(0, len(TEXTS) - 1), data=st.data())
def test_a_key_that_was_touched_is_no_key(content, read, tasks, at, data):
    workbook = opened(content)
    sheet = workbook.worksheets[0]
    fill_all(sheet, tasks)
    cell = sheet.cell(row_of(sheet, tasks[at]), key_column(sheet))
    place = data.draw(st.integers(len(ROW_KEY_PREFIX), len(cell.value) - 1))
    figure = data.draw(st.sampled_from("0123456789abcXYZ"))
    assume(cell.value[place] != figure)
    cell.value = cell.value[:place] + figure + cell.value[place + 1 :]
    found = read(saved(workbook))
    remarks = [notice.code for notice in found.notices]
    assert tasks[at].pk not in said(found)
    assert len(said(found)) == len(tasks) - 1
    assert remarks.count(NoticeCode.FOREIGN_KEY) == 1
    assert {task_id for _department_id, task_id in found.missing_rows} == {tasks[at].pk}


# --- what else is done to workbooks ----------------------------------------------------------------


def remarks_of(found: ParsedWorkbook) -> set[NoticeCode]:
    return {notice.code for notice in found.notices}


def test_deleted_rows_change_nothing_and_are_counted(content, read, tasks):
    def edit(workbook):
        sheet = workbook.worksheets[0]
        fill_all(sheet, tasks)
        sheet.delete_rows(row_of(sheet, tasks[0]))
        sheet.delete_rows(row_of(sheet, tasks[3]))

    found = read(edited(content, edit))
    assert found.notices == ()
    assert {task_id for _department_id, task_id in found.missing_rows} == {tasks[0].pk, tasks[3].pk}
    assert set(said(found)) == {task.pk for task in tasks} - {tasks[0].pk, tasks[3].pk}


def test_added_rows_are_said_with_what_they_hold(content, read, tasks):
    def edit(workbook):
        sheet = workbook.worksheets[0]
        at = row_of(sheet, tasks[2])
        sheet.insert_rows(at)
        sheet.cell(at, column(sheet, WorkbookColumn.TASK)).value = "新增任务"
        sheet.cell(at, column(sheet, WorkbookColumn.PROGRESS)).value = "新增进展"

    found = read(edited(content, edit))
    (notice,) = found.notices
    assert notice.code is NoticeCode.NO_KEY
    assert notice.value == "新增进展"
    assert not said(found)


def copy_row(sheet: Worksheet, row: int) -> int:
    target = sheet.max_row + 1
    for cell in sheet[row]:
        new = sheet.cell(target, cell.column)
        new.value, new.data_type = cell.value, cell.data_type
    return target


def test_a_task_that_is_there_twice_is_taken_once_or_not_at_all(content, read, tasks):
    def edit(workbook):
        sheet = workbook.worksheets[0]
        fill(sheet, tasks[0], progress="一")
        copy_row(sheet, row_of(sheet, tasks[0]))
        target = copy_row(sheet, row_of(sheet, tasks[1]))
        sheet.cell(target, column(sheet, WorkbookColumn.PROGRESS)).value = "只在副本里"
        fill(sheet, tasks[2], progress="甲")
        target = copy_row(sheet, row_of(sheet, tasks[2]))
        sheet.cell(target, column(sheet, WorkbookColumn.PROGRESS)).value = "乙"

    found = read(edited(content, edit))
    assert said(found) == {
        tasks[0].pk: {WorkbookColumn.PROGRESS: "一"},
        tasks[1].pk: {WorkbookColumn.PROGRESS: "只在副本里"},
    }
    assert [row.refusal for row in found.rows if row.key.task_id == tasks[2].pk] == [RejectionReason.TWICE]
    assert remarks_of(found) == {NoticeCode.ROW_TWICE}


def test_renamed_added_and_copied_sheets(content, read, tasks):
    def edit(workbook):
        sheet = workbook.worksheets[0]
        sheet.title = "改名"
        fill(sheet, tasks[0], progress="甲")
        workbook.create_sheet("附注")["A1"] = "另附说明"
        workbook.copy_worksheet(sheet).title = "副本"

    found = read(edited(content, edit))
    assert said(found) == {tasks[0].pk: {WorkbookColumn.PROGRESS: "甲"}}
    assert remarks_of(found) == {NoticeCode.OTHER_SHEET, NoticeCode.ROW_TWICE}


def test_heads_instructions_and_cells_beside_the_table(content, read, tasks):
    def edit(workbook):
        sheet = workbook.worksheets[0]
        fill(sheet, tasks[0], progress="甲")
        sheet["A2"] = "改过的说明"
        sheet.cell(keys_row(sheet) + 1, column(sheet, WorkbookColumn.PROGRESS)).value = "进度"
        sheet.cell(row_of(sheet, tasks[0]), 25).value = "旁注"

    found = read(edited(content, edit))
    assert said(found) == {tasks[0].pk: {WorkbookColumn.PROGRESS: "甲"}}
    assert remarks_of(found) == {NoticeCode.HEADING_CHANGED, NoticeCode.HEAD_CHANGED, NoticeCode.OUTSIDE}


def test_a_column_that_is_gone_or_there_twice(content, read, tasks):
    def without_reason(workbook):
        sheet = workbook.worksheets[0]
        fill(sheet, tasks[0], progress="甲", reason="乙")
        sheet.delete_cols(column(sheet, WorkbookColumn.REASON))

    found = read(edited(content, without_reason))
    assert said(found) == {tasks[0].pk: {WorkbookColumn.PROGRESS: "甲"}}
    assert remarks_of(found) == {NoticeCode.COLUMN_MISSING}

    def doubled(workbook):
        sheet = workbook.worksheets[0]
        fill(sheet, tasks[0], progress="甲", reason="乙")
        sheet.cell(keys_row(sheet), 30).value = f"{COLUMN_KEY_PREFIX}progress"

    found = read(edited(content, doubled))
    assert said(found) == {tasks[0].pk: {WorkbookColumn.REASON: "乙"}}
    assert remarks_of(found) == {NoticeCode.COLUMN_TWICE}


def test_without_its_hidden_row_the_columns_are_found_by_their_heads(content, read, tasks):
    def edit(workbook):
        sheet = workbook.worksheets[0]
        fill(sheet, tasks[0], progress="甲")
        sheet.delete_rows(keys_row(sheet))

    found = read(edited(content, edit))
    assert said(found) == {tasks[0].pk: {WorkbookColumn.PROGRESS: "甲"}}
    assert not found.notices


def test_without_any_key_it_is_no_workbook_of_ours(content, read):
    def edit(workbook):
        sheet = workbook.worksheets[0]
        sheet.delete_cols(key_column(sheet))
        sheet.delete_rows(keys_row(sheet))

    assert remarks_of(read(edited(content, edit))) == {NoticeCode.NO_SHEET}


def test_merged_cells_are_known_as_such(content, read, tasks):
    def edit(workbook):
        sheet = workbook.worksheets[0]
        fill(sheet, tasks[0], progress="两行合写")
        at = column(sheet, WorkbookColumn.PROGRESS)
        first = row_of(sheet, tasks[0])
        sheet.merge_cells(start_row=first, end_row=first + 1, start_column=at, end_column=at)

    found = read(edited(content, edit))
    assert [row.open_cells[WorkbookColumn.PROGRESS].is_merged for row in found.rows if row.open_cells] == [True, True]


def test_the_keys_of_another_register_are_none(content, read, tasks, settings):
    settings.SECRET_KEY = "another register's"
    found = read(content)
    assert not found.rows
    assert remarks_of(found) == {NoticeCode.FOREIGN_KEY}
