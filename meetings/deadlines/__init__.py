"""完成时限: what a printed deadline means. Pure Python, no Django.

The rules are those of docs/domain.md, Deadlines and Several dates in a row. The forms, each with what it means for a
document issued on 2023-11-08 of a meeting held on 2023-09-27, are in ``docs/deadlines.md``, which is printed from the
table the tests run; in short:

- a day, month, quarter, half year or year, due on its last day: 2023.12, 2023-12, 2023/12/31, 20231231,
  2023年12月31日, 12月底前, 年底前, 年内, 上半年, 第二季度, Q2, 6月中旬 (the 20th; 上旬 the 10th, 下旬 the month's end),
  明年上半年, 次年3月, 本月底, 本周五, “十四五”末; full-width figures, Chinese numerals and blanks make no difference
- a range, whose end counts: 2023-2025年, 2024.06-2024.12, 6-12月, 即日起至2024年底
- several dates, the last the deadline, the others milestones: 2024年6月底前…，9月底前…；3、6、9、12月底前
- from a day the document gives: 立即 and 即知即改 (the issue day), 印发之日起30日内, 会后一周内 (the meeting)
- ``ongoing``: 持续跟踪, 长期坚持, 按时间节点推进 · ``recurring``: 每月, 每季度末, 每年2次
- ``next_meeting``: 下次会议前, 提交下次会议审议
- a date and then upkeep is the date (2025年底前完成，并长期坚持); a date and 持续推进 otherwise has a problem
- ``undecided`` with a problem: 春节前 (its day offered), 5月底前动工, 7月15日以后, 已完成, 15日前, 30日内,
  收到通知后10个工作日内, 项目验收后, 待定, 2023.2.30, the number 2026.1, and whatever else cannot be read
- what was read in part (202S年l1月; 视2025年预算安排, 2025年6月30日暂缓, or any word beside the date that is
  not known) is ``undecided``, with the day offered that it may mean
- of a day and the one it was moved to (原定6月底，调整为9月底) the new one counts, and the old one is no milestone

Read in this order: ``kinds`` (the words), ``text`` (one form for every way of printing), ``misprints``, ``days`` and
``periods`` (the calendar), ``grammar`` (where a form stands), ``point`` and ``due_dates`` (which day it is),
``qualifiers`` (the words around), ``reading`` (one task's cell), ``rows`` (a row's tasks), ``cells`` (values of Excel).
"""

from .cells import cell_text, read_cell
from .kinds import Deadline, DeadlineKind, DeadlineProblem, Precision, ProblemCode, Reading
from .reading import read_deadline
from .rows import read_row_deadlines
